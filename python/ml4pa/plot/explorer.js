// The explorer's front end: a map with a path over it, and the sliders of a method.
//
// One request is under way at a time. What changes meanwhile is asked for when its answer is drawn,
// so that the path follows the slider as fast as it can be computed, and never lags behind.

const HALO = "rgba(255, 255, 255, 0.9)";
const PATH = "#0072B2";
const DOTS = 60; // up to so many points each gets a dot

function element(tag, parent, properties = {}) {
  const made = Object.assign(document.createElement(tag), properties);
  parent.append(made);
  return made;
}

function floats(view) {
  // A copy, because the view need not begin at a multiple of four bytes.
  const { buffer, byteOffset, byteLength } = view;
  return new Float32Array(buffer.slice(byteOffset, byteOffset + byteLength));
}

function render({ model, el }) {
  const spec = model.get("spec");
  const [width, height] = spec.size;
  const [left, bottom, right, top] = spec.axes;
  const state = { method: spec.method, start: spec.start, parts: {} };
  let path = new Float32Array(0);
  let shownStart = spec.start;
  let waiting = false;
  let again = false;
  let asked = 0;
  let redraws = 0;

  const root = element("div", el, { className: "ml4pa-explorer" });
  const canvas = element("canvas", root);
  const scale = window.devicePixelRatio || 1;
  canvas.width = width * scale;
  canvas.height = height * scale;
  canvas.style.width = `${width}px`;
  canvas.style.height = `${height}px`;
  canvas.setAttribute("role", "img");
  const side = element("div", root, { className: "ml4pa-sliders" });
  const choice = element("select", side, { ariaLabel: "method" });
  for (const name of Object.keys(spec.methods)) element("option", choice, { value: name, textContent: name });
  const sliders = element("div", side);
  element("p", side, { className: "ml4pa-hint", textContent: "Click on the map to start there." });
  const message = element("p", root, { className: "ml4pa-message" });
  const values = {};

  const map = new Image();
  const source = model.get("picture");
  map.onload = draw;
  map.src = URL.createObjectURL(new Blob([source], { type: "image/png" }));

  const across = (u) => (left + u * (right - left)) * width;
  const down = (v) => (1 - bottom - v * (top - bottom)) * height;

  function draw() {
    const pen = canvas.getContext("2d");
    pen.setTransform(scale, 0, 0, scale, 0, 0);
    pen.clearRect(0, 0, width, height);
    if (map.complete && map.naturalWidth) pen.drawImage(map, 0, 0, width, height);
    pen.save();
    pen.beginPath();
    pen.rect(across(0), down(1), across(1) - across(0), down(0) - down(1));
    pen.clip();
    trace(pen);
    if (path.length / 2 <= DOTS) {
      for (let i = 0; i < path.length; i += 2) disc(pen, path[i], path[i + 1], 3.5, PATH, "white", 1);
    }
    pen.restore();
    disc(pen, ...shownStart, 6, "white", PATH, 2.5);
    const last = path.length - 2;
    if (last >= 0 && inside(path[last], path[last + 1])) {
      pen.fillStyle = PATH;
      pen.strokeStyle = "white";
      pen.lineWidth = 1;
      pen.fillRect(across(path[last]) - 5, down(path[last + 1]) - 5, 10, 10);
      pen.strokeRect(across(path[last]) - 5, down(path[last + 1]) - 5, 10, 10);
    }
  }

  const inside = (u, v) => u >= 0 && u <= 1 && v >= 0 && v <= 1;

  function trace(pen) {
    pen.beginPath();
    let broken = true;
    for (let i = 0; i < path.length; i += 2) {
      const [u, v] = [path[i], path[i + 1]];
      if (Number.isNaN(u) || Number.isNaN(v)) broken = true;
      else if (broken) {
        pen.moveTo(across(u), down(v));
        broken = false;
      } else pen.lineTo(across(u), down(v));
    }
    pen.lineJoin = "bevel";
    for (const [color, thickness] of [[HALO, 4], [PATH, 2]]) {
      pen.strokeStyle = color;
      pen.lineWidth = thickness;
      pen.stroke();
    }
  }

  function disc(pen, u, v, radius, fill, edge, thickness) {
    if (Number.isNaN(u) || Number.isNaN(v)) return;
    pen.beginPath();
    pen.arc(across(u), down(v), radius, 0, 2 * Math.PI);
    pen.fillStyle = fill;
    pen.fill();
    pen.strokeStyle = edge;
    pen.lineWidth = thickness;
    pen.stroke();
  }

  function ask() {
    if (waiting) {
      again = true;
      return;
    }
    waiting = true;
    asked = performance.now();
    model.send({ method: state.method, start: state.start, parts: state.parts });
  }

  function told(reply, buffers) {
    path = floats(buffers[0]);
    if (path.length && inside(path[0], path[1])) shownStart = [path[0], path[1]];
    for (const [name, text] of Object.entries(reply.values)) {
      if (values[name]) values[name].textContent = text;
    }
    message.textContent = reply.message;
    draw();
    redraws += 1;
    // For whoever measures: from the request to the picture.
    Object.assign(canvas.dataset, {
      ms: (performance.now() - asked).toFixed(2),
      steps: reply.steps,
      points: path.length / 2,
      redraws,
    });
    waiting = false;
    if (again) {
      again = false;
      ask();
    }
  }

  function choose() {
    state.method = choice.value;
    sliders.replaceChildren();
    const kept = state.parts;
    state.parts = {};
    for (const { name, label, part } of spec.methods[state.method]) {
      const row = element("label", sliders);
      element("span", row, { className: "ml4pa-name", textContent: label });
      const slider = element("input", row, { type: "range", min: 0, max: 1, step: 0.001, name });
      slider.value = state.parts[name] = kept[name] ?? part;
      values[name] = element("output", row);
      slider.addEventListener("input", () => {
        state.parts[name] = Number(slider.value);
        ask();
      });
    }
    ask();
  }

  function place(event) {
    const box = canvas.getBoundingClientRect();
    const u = ((event.clientX - box.left) / box.width - left) / (right - left);
    const v = (1 - (event.clientY - box.top) / box.height - bottom) / (top - bottom);
    if (!inside(u, v)) return;
    state.start = [u, v];
    ask();
  }

  canvas.addEventListener("pointerdown", place);
  canvas.addEventListener("pointermove", (event) => event.buttons === 1 && place(event));
  choice.addEventListener("change", choose);
  model.on("msg:custom", told);
  choice.value = spec.method;
  choose();
  return () => {
    model.off("msg:custom", told);
    URL.revokeObjectURL(map.src);
  };
}

export default { render };
