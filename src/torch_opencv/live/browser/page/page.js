// The page's own part of the conversation that broadcaster.py and messages.py describe.

import { Camera } from "./camera.js";
import { showChoices } from "./choices.js";
import { showFiles } from "./files.js";
import { showPanel } from "./panel.js";
import { watchPointer } from "./pointer.js";
import { showResults } from "./results.js";
import { showPosition, watchPosition } from "./seek.js";
import { showWall } from "./wall.js";

const STATES = {
  live: "Live",
  playing: "Playing", // a file
  connecting: "Connecting",
  lost: "Source lost",
  paused: "Paused",
  offline: "No connection",
  ended: "Ended",
};
const SAID = {
  quit: "The program is asked to end.",
};
const OF_FRAMES = ["pause", "snapshot", "record", "hud"]; // commands that a wall of pictures doesn't have
const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 8000;

const find = (id) => document.getElementById(id);
const canvas = find("canvas");
const context = canvas.getContext("2d", { alpha: false });
const buttons = [...document.querySelectorAll("[data-command]")];

let socket = null;
let wait = FIRST_WAIT_MS;
let retry = 0;
let keys = {}; // what the program does at a key, by its name, unless an app of its own takes it
let pending = null; // the frame message whose JPEG comes next
let seat = "none"; // what the server says of the camera: none, free, yours, taken
let wasCamera = false; // so that this page becomes the camera again after the connection was lost
let starting = false;
let shownTimes = [];
let drawn = 0; // the number of the frame on the canvas
let ended = false; // the program has said goodbye, and hasn't been back
let problem = ""; // why this visitor's camera can't be used

// --- the connection ---

function connect() {
  clearTimeout(retry);
  const address = new URL("socket", location.href);
  address.protocol = location.protocol === "https:" ? "wss:" : "ws:";
  address.search = "";
  const own = new WebSocket(address);
  own.binaryType = "blob";
  socket = own;
  let opened = false;
  pending = null;
  drawn = 0;
  own.addEventListener("open", () => {
    opened = true;
    send({ type: "seen", number: 0 }); // nothing yet: if too many are open, the silent ones have to go
  });
  own.addEventListener("message", (event) => {
    if (own !== socket) return;
    if (typeof event.data === "string") take(JSON.parse(event.data));
    else if (pending) show(own, pending, event.data);
  });
  own.addEventListener("close", (event) => {
    if (own === socket) disconnected(opened, event);
  });
}

async function disconnected(opened, event) {
  camera.stop();
  seat = "none";
  find("camera-bar").hidden = true;
  enable(false);
  find("message").textContent = "";
  if (opened) wait = FIRST_WAIT_MS;
  retry = setTimeout(connect, wait * (0.75 + Math.random() / 2));
  wait = Math.min(LONGEST_WAIT_MS, wait * 2);
  setState(ended ? "ended" : "offline");
  const refused = !opened && (await isRefused());
  if (socket.readyState === WebSocket.OPEN) return; // it is back already
  if (refused) setNotice("This address is no longer valid. Open the one that the program prints now.", true);
  else if (ended) setNotice("The program has ended.", true);
  else if (event.reason) setNotice(`The connection was ended: ${event.reason}. Trying again…`, true);
  else setNotice("The connection is lost. Trying again…", true);
}

async function isRefused() {
  try {
    return (await fetch("./", { method: "HEAD" })).status === 403;
  } catch {
    return false;
  }
}

function send(message) {
  if (socket.readyState === WebSocket.OPEN) socket.send(message instanceof Blob ? message : JSON.stringify(message));
}

function take(message) {
  if (message.type === "frame") pending = message;
  else if (message.type === "got") camera.acknowledged();
  else if (message.type === "panel") showPanel(find("panel"), message.panel, send);
  else if (message.type === "camera") setSeat(message.state);
  else if (message.type === "waiting" && !drawn) setNotice(message.text, false);
  else if (message.type === "end") {
    ended = true;
    socket.close();
  } else if (message.type === "hello") {
    ended = false;
    keys = message.keys;
    showPanel(find("panel"), null, send);
    document.title = message.title;
    find("title").textContent = message.title;
    buttonOf("quit").hidden = !message.quit;
    setState("connecting");
    setNotice(message.waiting || "Waiting for the first frame…", false);
    enable(true);
  }
}

// --- the frame, its results and how the run goes ---

async function show(own, message, jpeg) {
  pending = null;
  // A frame that this browser can't decode is passed over; the next one comes anyway.
  const bitmap = await createImageBitmap(jpeg).catch(() => null);
  if (own.readyState !== WebSocket.OPEN) return; // the connection was lost meanwhile, and the page says so
  if (bitmap && message.number > drawn) { // two that are decoded at once may overtake one another
    drawn = message.number;
    const isWall = message.pictures.length > 0;
    showWall(find("wall"), bitmap, message.pictures);
    if (!isWall) {
      if (canvas.width !== bitmap.width) canvas.width = bitmap.width;
      if (canvas.height !== bitmap.height) canvas.height = bitmap.height;
      context.drawImage(bitmap, 0, 0);
    }
    canvas.hidden = isWall;
    for (const name of OF_FRAMES) buttonOf(name).hidden = isWall;
    setNotice("", false);
    const { state, position, recording, recording_path: recordingPath, hud } = message.stats;
    setState(state === "live" && position !== null ? "playing" : state);
    setPressed("pause", state === "paused");
    setPressed("record", recording);
    setPressed("hud", hud);
    showFiles(find("files"), message.stats.files, recordingPath);
    showChoices(find("choices"), find("choices-list"), message.stats, choose);
    showPosition(find("position"), message.stats);
    setText(find("status"), message.stats.status);
    showResults(find("results-area"), find("results"), message);
    showStats(message);
  }
  bitmap?.close();
  await visible();
  if (own.readyState === WebSocket.OPEN) own.send(JSON.stringify({ type: "seen", number: message.number }));
}

// A page in the background asks for no more frames.
function visible() {
  if (!document.hidden) return Promise.resolve();
  return new Promise((resolve) => document.addEventListener("visibilitychange", resolve, { once: true }));
}

function showStats({ source, size, stats }) {
  const now = performance.now();
  shownTimes = [...shownTimes.filter((time) => now - time < 2000), now];
  const span = now - shownTimes[0];
  find("stat-source").textContent = source;
  find("stat-size").textContent = size.join(" × ");
  find("stat-display").textContent = rate(stats.display_fps);
  find("stat-model").textContent = rate(stats.model_fps);
  find("stat-age").textContent = `${Math.round(stats.latency_ms)} ms`;
  find("stat-dropped").textContent = stats.dropped;
  find("stat-here").textContent = span > 500 ? rate(((shownTimes.length - 1) * 1000) / span) : "–";
}

function rate(perSecond) {
  return `${(perSecond || 0).toFixed(1)} fps`;
}

function setState(state) {
  const element = find("state");
  if (element.dataset.state === state) return; // or a screen reader would repeat it with every frame
  element.dataset.state = state;
  element.textContent = STATES[state];
}

function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

function setPressed(name, pressed) {
  const button = buttonOf(name);
  if (button.getAttribute("aria-pressed") !== String(pressed)) button.setAttribute("aria-pressed", pressed);
}

function setNotice(text, stale) {
  const element = find("notice-text");
  if (element.textContent !== text) element.textContent = text;
  find("notice").hidden = text === "";
  find("stage").dataset.stale = find("wall").dataset.stale = String(stale);
  find("stage").hidden = text === "" && !find("wall").hidden;
}

// --- the controls ---

function buttonOf(name) {
  return buttons.find((button) => button.dataset.command === name);
}

function enable(on) {
  for (const button of buttons) button.disabled = !on;
  for (const button of find("choices-list").children) button.disabled = !on;
}

function command(name) {
  const button = buttonOf(name);
  if (button?.disabled || button?.hidden) return;
  send({ type: "command", name });
  find("message").textContent = SAID[name] || "";
}

function choose(number) {
  send({ type: "choose", number });
}

for (const button of buttons) {
  button.addEventListener("click", (event) => {
    command(button.dataset.command);
    if (event.detail > 0) button.blur(); // after a click by mouse, the space key should pause, not press it again
  });
}

document.addEventListener("keydown", (event) => {
  const { key, target } = event;
  if (event.repeat || event.ctrlKey || event.altKey || event.metaKey || event.isComposing) return;
  if (key === "Tab" || key === "Shift" || target instanceof HTMLInputElement) return; // these are the browser's
  if (target instanceof HTMLButtonElement && (key === " " || key === "Enter")) return; // which press it
  const meant = keys[key.length === 1 ? key.toLowerCase() : key];
  if (meant?.type === "command" && buttonOf(meant.name)?.hidden) return;
  if (meant) event.preventDefault();
  send({ type: "key", key });
  if (meant?.type === "command") find("message").textContent = SAID[meant.name] || "";
});

watchPointer(canvas, (x, y, double) => send({ type: "pointer", number: drawn, x, y, double }));
watchPosition(find("position"), send);

// --- the camera, where this page's is the source ---

const camera = new Camera(send, giveUp);

function setSeat(state) {
  const before = seat;
  seat = state;
  const usurped = before === "yours" && state === "taken";
  if (usurped) wasCamera = false;
  if (before === "none" && (state === "free" || (state === "taken" && wasCamera))) claim(wasCamera);
  if (state === "yours") startCamera();
  else camera.stop();
  find("camera-bar").hidden = state === "none";
  find("camera-switch").hidden = true; // until it is known that there is another one
  find("camera-button").classList.toggle("primary", state !== "yours");
  find("camera-button").textContent = { yours: "Stop my camera", taken: "Use mine instead" }[state] || "Use my camera";
  find("camera-text").textContent = usurped ? "Another visitor's camera has taken over." : {
    none: "",
    free: problem || "This program looks through a visitor's camera.",
    yours: "Your camera is in use.",
    taken: "Another visitor's camera is in use.",
  }[state];
}

function claim(instead) {
  problem = "";
  send({ type: "camera", on: true, instead });
}

function leave() {
  wasCamera = false;
  camera.stop();
  send({ type: "camera", on: false, instead: false });
}

async function startCamera() {
  if (camera.on || starting) return;
  starting = true;
  try {
    await camera.start();
    find("camera-switch").hidden = !(await camera.hasAnother());
    wasCamera = seat === "yours";
    if (!wasCamera) camera.stop(); // another took over while the visitor was asked
  } catch (error) {
    if (seat === "yours") giveUp(error.message);
  } finally {
    starting = false;
  }
}

function giveUp(reason) {
  problem = reason;
  leave();
}

find("camera-switch").addEventListener("click", async () => {
  await camera.next();
  await startCamera();
});

find("camera-button").addEventListener("click", () => {
  if (seat === "yours") leave();
  else claim(seat === "taken");
});

// --- the start ---

if (new URLSearchParams(location.search).has("token")) history.replaceState(null, "", location.pathname);
window.addEventListener("online", () => socket.readyState === WebSocket.CLOSED && connect());
connect();
