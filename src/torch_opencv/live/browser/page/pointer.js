// Clicks and taps on the canvas, as shares of its width and height. Two quick ones are a click and a double click.

const DOUBLE_MS = 350;
const NEAR_PX = 24; // of the screen, between the two of a double one

// touched: is called with x and y, from 0 up to 1, and whether it is the second of two.
export function watchPointer(canvas, touched) {
  let last = null;
  canvas.addEventListener("click", (event) => {
    const box = canvas.getBoundingClientRect();
    const inside = contentBox(canvas, box);
    const x = (event.clientX - inside.left) / inside.width;
    const y = (event.clientY - inside.top) / inside.height;
    if (x < 0 || y < 0 || x >= 1 || y >= 1) return;
    const double = last !== null && event.timeStamp - last.time <= DOUBLE_MS
      && Math.hypot(event.clientX - last.x, event.clientY - last.y) <= NEAR_PX;
    last = double ? null : { time: event.timeStamp, x: event.clientX, y: event.clientY };
    touched(x, y, double);
  });
}

// Where the frame is in the canvas's box: it is fitted into it (object-fit: contain).
function contentBox(canvas, box) {
  const scale = Math.min(box.width / canvas.width, box.height / canvas.height);
  const [width, height] = [canvas.width * scale, canvas.height * scale];
  return { left: box.left + (box.width - width) / 2, top: box.top + (box.height - height) / 2, width, height };
}
