/** Finds the text of a QR code in a picture of the camera; null when there is none. */
type Decode = (video: HTMLVideoElement) => Promise<string | null>

interface Detector {
  detect: (source: HTMLVideoElement) => Promise<{ rawValue: string }[]>
}
declare global {
  interface Window {
    BarcodeDetector?: { new (options: { formats: string[] }): Detector; getSupportedFormats: () => Promise<string[]> }
  }
}

const side = 640
const lookEveryMs = 120

/** The browser's own reader where it has one; else one that is downloaded then. */
export async function qrDecoder(): Promise<Decode> {
  const { BarcodeDetector } = window
  if (BarcodeDetector && (await BarcodeDetector.getSupportedFormats()).includes('qr_code')) {
    const detector = new BarcodeDetector({ formats: ['qr_code'] })
    return async (video) => (await detector.detect(video))[0]?.rawValue ?? null
  }
  const { decodeQR } = await import('qr/decode.js')
  const canvas = document.createElement('canvas')
  canvas.width = side
  canvas.height = side
  const context = canvas.getContext('2d', { willReadFrequently: true })
  if (!context) throw new Error('this browser draws no pictures')
  return async (video) => {
    const size = Math.min(video.videoWidth, video.videoHeight)
    context.drawImage(video, (video.videoWidth - size) / 2, (video.videoHeight - size) / 2, size, size, 0, 0, side, side)
    try {
      return decodeQR(context.getImageData(0, 0, side, side))
    } catch (thrown) {
      // The library throws for a picture without a code, which is most of them.
      if (thrown instanceof Error) return null
      throw thrown
    }
  }
}

/** Shows the camera in `video` and tells every code it sees; stops when asked to. */
export async function watchCamera(video: HTMLVideoElement, onCode: (text: string) => void, signal: AbortSignal): Promise<void> {
  const stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: 'environment', width: { ideal: 1280 } }, audio: false })
  const stop = () => {
    for (const track of stream.getTracks()) track.stop()
  }
  if (signal.aborted) return stop()
  signal.addEventListener('abort', stop, { once: true })
  video.srcObject = stream
  await video.play()
  const decode = await qrDecoder()
  while (!signal.aborted) {
    const text = video.readyState >= 2 ? await decode(video) : null
    if (text && !signal.aborted) onCode(text)
    await new Promise((resolve) => setTimeout(resolve, lookEveryMs))
  }
}
