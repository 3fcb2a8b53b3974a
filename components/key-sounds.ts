import { createStrokes, type Stroke } from "@/lib/typewriter/key-strokes";

export type KeySounds = {
  /** Lets `shown` be heard. Silent in a hidden tab, and until the reader has touched the page. */
  strike(shown: string): void;
};

const CLICK_SECONDS = 0.03;

let context: AudioContext | undefined;
let noise: AudioBuffer | undefined;

/** The sounds of a typewriter, made here: no file is fetched. */
export function createKeySounds(): KeySounds {
  const strokes = createStrokes();
  return {
    strike(shown) {
      if (document.hidden || !navigator.userActivation.hasBeenActive) return;
      const stroke = strokes(shown, performance.now());
      if (stroke === undefined) return;
      context ??= new AudioContext();
      if (context.state === "running") play(context, stroke);
      else void context.resume();
    },
  };
}

function play(audio: AudioContext, stroke: Stroke): void {
  switch (stroke) {
    case "key":
      click(audio, 2400 + Math.random() * 900, 0.16);
      return;
    case "space":
      click(audio, 900 + Math.random() * 200, 0.12);
      return;
    case "bell":
      click(audio, 700, 0.14);
      ring(audio);
  }
}

/** A lever on paper: a grain of noise around one pitch, and gone. */
function click(audio: AudioContext, hertz: number, loudness: number): void {
  noise ??= createNoise(audio);
  const source = audio.createBufferSource();
  source.buffer = noise;
  const tone = new BiquadFilterNode(audio, { type: "bandpass", frequency: hertz, Q: 1.4 });
  source
    .connect(tone)
    .connect(fading(audio, loudness * (0.8 + Math.random() * 0.4), CLICK_SECONDS))
    .connect(audio.destination);
  source.start();
}

function ring(audio: AudioContext): void {
  const seconds = 0.7;
  const volume = fading(audio, 0.03, seconds);
  volume.connect(audio.destination);
  for (const frequency of [2093, 3322]) {
    const tone = new OscillatorNode(audio, { frequency });
    tone.connect(volume);
    tone.start();
    tone.stop(audio.currentTime + seconds);
  }
}

function fading(audio: AudioContext, loudness: number, seconds: number): GainNode {
  const volume = new GainNode(audio, { gain: loudness });
  volume.gain.setValueAtTime(loudness, audio.currentTime);
  volume.gain.exponentialRampToValueAtTime(0.0001, audio.currentTime + seconds);
  return volume;
}

function createNoise(audio: AudioContext): AudioBuffer {
  const buffer = audio.createBuffer(1, Math.ceil(audio.sampleRate * CLICK_SECONDS), audio.sampleRate);
  const samples = buffer.getChannelData(0);
  for (let index = 0; index < samples.length; index++) samples[index] = Math.random() * 2 - 1;
  return buffer;
}
