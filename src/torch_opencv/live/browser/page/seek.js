// The bar of a file: where it is, to seek in it, and to play it again once it has ended.

let held = false; // the visitor is moving the slider

// area: is hidden for what is live.
export function showPosition(area, { state, position, duration }) {
  area.hidden = position === null;
  if (area.hidden) return;
  const [slider, time, replay] = area.children;
  slider.hidden = duration === null;
  replay.hidden = state !== "ended";
  if (held) return;
  slider.max = duration ?? 0;
  slider.value = position;
  time.textContent = duration === null ? clock(position) : `${clock(position)} / ${clock(duration)}`;
}

export function watchPosition(area, send) {
  const [slider, time, replay] = area.children;
  slider.addEventListener("input", () => {
    held = true;
    time.textContent = `${clock(slider.value)} / ${clock(slider.max)}`;
  });
  slider.addEventListener("change", () => {
    held = false;
    send({ type: "seek", position: Number(slider.value) });
  });
  replay.addEventListener("click", () => send({ type: "command", name: "replay" }));
}

function clock(seconds) {
  const whole = Math.floor(Number(seconds));
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
}
