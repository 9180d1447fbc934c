// Working memory for an objective that calls another one. Objectives are shared between threads
// and wrap one another, so that each call takes its own piece: each thread keeps a stack of them,
// and no call allocates once the stack has grown.
#pragma once

#include <cstddef>
#include <vector>

#include "ml4pa/objective.hpp"

namespace ml4pa {

class Scratch {
public:
    explicit Scratch(Index n) {
        Stack& s = stack();
        if (s.depth == s.pieces.size()) s.pieces.emplace_back();
        std::vector<double>& piece = s.pieces[s.depth];
        if (piece.size() < static_cast<std::size_t>(n)) piece.resize(n);
        data_ = piece.data();  // stays: growing `pieces` moves the vectors, not their elements
        ++s.depth;
    }
    ~Scratch() { --stack().depth; }
    Scratch(const Scratch&) = delete;
    Scratch& operator=(const Scratch&) = delete;

    double* data() const { return data_; }

private:
    struct Stack {
        std::vector<std::vector<double>> pieces;
        std::size_t depth = 0;
    };
    static Stack& stack() {
        thread_local Stack s;
        return s;
    }

    double* data_;
};

}  // namespace ml4pa
