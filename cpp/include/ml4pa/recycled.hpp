// Memory for large results that is used again. The first write to a fresh page costs several times
// what the write itself does, so the block given back last is kept for the next result of its size;
// the system may take its pages whenever it needs them.
#pragma once

#include <cstdlib>
#include <mutex>
#include <new>
#include <utility>

#ifdef __linux__
#include <sys/mman.h>
#endif

namespace ml4pa {

class Recycled {
public:
    // Aligned to the cache line, and not written yet. `dense` is memory that will be written from
    // end to end: it asks for large pages.
    static void* take(std::size_t wanted, bool dense) {
        const std::size_t bytes = rounded(wanted);
        if (bytes < worth_keeping) return allocate(bytes, line);
        {
            const std::lock_guard<std::mutex> lock(kept().mutex);
            if (kept().data != nullptr && kept().bytes == bytes)
                return std::exchange(kept().data, nullptr);
        }
        void* data = allocate(bytes, page);
#ifdef __linux__
        if (dense) madvise(data, bytes, MADV_HUGEPAGE);
#endif
        (void)dense;
        return data;
    }

    static void give_back(void* data, std::size_t wanted) {
        const std::size_t bytes = rounded(wanted);
        if (bytes >= worth_keeping) {
#if defined(__linux__) && defined(MADV_FREE)
            madvise(data, bytes, MADV_FREE);
            const std::lock_guard<std::mutex> lock(kept().mutex);
            std::swap(data, kept().data);
            kept().bytes = bytes;
#endif
        }
        std::free(data);
    }

private:
    static constexpr std::size_t line = 64, page = std::size_t{1} << 21, worth_keeping = 4 * page;

    struct Kept {
        std::mutex mutex;
        void* data = nullptr;
        std::size_t bytes = 0;
    };
    static Kept& kept() {
        static Kept one;
        return one;
    }

    static std::size_t rounded(std::size_t bytes) {
        const std::size_t unit = bytes < worth_keeping ? line : page;
        return (bytes + unit - 1) / unit * unit + (bytes == 0 ? unit : 0);
    }
    static void* allocate(std::size_t bytes, std::size_t alignment) {
        void* data = std::aligned_alloc(alignment, bytes);
        if (data == nullptr) throw std::bad_alloc();
        return data;
    }
};

}  // namespace ml4pa
