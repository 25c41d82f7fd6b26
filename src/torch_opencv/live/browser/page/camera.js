// This visitor's camera: JPEGs of at most 1280 pixels on the longer side, always of the newest frame, and never more
// than two that the server hasn't acknowledged, so that the network queues nothing.

const LONGEST_SIDE = 1280;
const IN_FLIGHT = 2;
const SHORTEST_PAUSE_MS = 1000 / 45; // the server refuses more than 60 a second

export class Camera {
  #send;
  #lost;
  #video = document.createElement("video");
  #canvas = document.createElement("canvas");
  #stream = null;
  #inFlight = 0;
  #encoding = false;
  #last = 0;
  #wanted = {}; // which camera, where there are several

  // send: takes a Blob. lost: called if the camera ends by itself, such as by being unplugged.
  constructor(send, lost) {
    this.#send = send;
    this.#lost = lost;
    this.#video.muted = true;
    this.#video.playsInline = true;
  }

  get on() {
    return this.#stream !== null;
  }

  // Ask the visitor, and begin. Throws an Error whose message is meant for the visitor.
  async start() {
    this.stop();
    if (!navigator.mediaDevices) {
      throw new Error("Browsers give the camera only to pages from https or from localhost, and this one is from neither.");
    }
    let stream;
    try {
      stream = await navigator.mediaDevices.getUserMedia({
        audio: false,
        video: { width: { ideal: LONGEST_SIDE }, frameRate: { ideal: 30 }, ...this.#wanted },
      });
    } catch (error) {
      throw new Error(REASONS[error.name] || `The camera can't be had: ${error.message}`);
    }
    this.#stream = stream;
    this.#inFlight = 0;
    for (const track of stream.getVideoTracks()) {
      track.addEventListener("ended", () => {
        if (this.#stream === stream) {
          this.stop();
          this.#lost("The camera has gone.");
        }
      });
    }
    this.#video.srcObject = stream;
    await this.#video.play();
    this.#next(stream);
  }

  stop() {
    if (this.#stream) for (const track of this.#stream.getTracks()) track.stop();
    this.#stream = null;
    this.#video.srcObject = null;
  }

  // Whether this device has another camera: their number is told once one may be used.
  async hasAnother() {
    const devices = await navigator.mediaDevices.enumerateDevices();
    return devices.filter((device) => device.kind === "videoinput").length > 1;
  }

  // Stop, and take another camera at the next start: the one on the other side of a phone, else the next in the list.
  async next() {
    const { facingMode, deviceId } = this.#stream?.getVideoTracks()[0]?.getSettings() ?? {};
    this.stop(); // phones have only one on at a time
    if (facingMode) {
      this.#wanted = { facingMode: { ideal: facingMode === "user" ? "environment" : "user" } };
      return;
    }
    const devices = (await navigator.mediaDevices.enumerateDevices()).filter((device) => device.kind === "videoinput");
    const at = devices.findIndex((device) => device.deviceId === deviceId);
    this.#wanted = { deviceId: { exact: devices[(at + 1) % devices.length].deviceId } };
  }

  acknowledged() {
    this.#inFlight = Math.max(0, this.#inFlight - 1);
  }

  #next(stream) {
    const take = () => {
      if (this.#stream !== stream) return;
      this.#take();
      this.#next(stream);
    };
    if (this.#video.requestVideoFrameCallback) this.#video.requestVideoFrameCallback(take);
    else requestAnimationFrame(take);
  }

  #take() {
    const now = performance.now();
    const { videoWidth: width, videoHeight: height } = this.#video;
    if (this.#encoding || this.#inFlight >= IN_FLIGHT || now - this.#last < SHORTEST_PAUSE_MS || !width) return;
    this.#last = now;
    const scale = Math.min(1, LONGEST_SIDE / Math.max(width, height));
    this.#canvas.width = Math.round(width * scale);
    this.#canvas.height = Math.round(height * scale);
    this.#canvas.getContext("2d").drawImage(this.#video, 0, 0, this.#canvas.width, this.#canvas.height);
    this.#encoding = true;
    this.#canvas.toBlob((blob) => {
      this.#encoding = false;
      if (!blob || !this.#stream) return;
      this.#inFlight += 1;
      this.#send(blob);
    }, "image/jpeg", 0.85);
  }
}

const REASONS = {
  NotAllowedError: "The browser wasn't allowed to use the camera. Allow it in the address bar, and try again.",
  NotFoundError: "This device has no camera.",
  NotReadableError: "The camera is in use by another program.",
};
