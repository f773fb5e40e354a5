import StableDiffusion
import Tensors

/// How much memory the rendering of a recipe takes, reckoned before the work begins.
struct MemoryEstimate {
  /// A UNet evaluation of one frame, both halves of guidance.
  private let bytesPerFrame: Int
  private let decoderBytes: Int
  private let latentPixels: Int

  init(_ recipe: Recipe, _ model: ModelDescription) {
    latentPixels = LatentSize(recipe, model).pixels
    let halves = recipe.walk.keyFrames.allSatisfy { $0.guidance == 1 } ? 1 : 2
    bytesPerFrame = halves * model.unet.activationBytes(pixels: latentPixels)
    decoderBytes = model.autoencoder.activationBytes(latentPixels: latentPixels)
  }

  /// How many frames are denoised together: as many as half of the free memory holds, but no more than make the kernels
  /// faster. A batch is lost when the work is stopped, and the first frame should not take long.
  /// - Throws: `TensorMemoryError` if a single frame, or as many as are asked for, do not fit.
  func batch(asked: Int?) throws -> Int {
    let fast = max(1, min(16, 4096 / max(1, latentPixels)))
    let batch = max(1, asked ?? min(fast, TensorMemory.available / 2 / bytesPerFrame))
    let (bytes, isTooLarge) = batch.multipliedReportingOverflow(by: bytesPerFrame)
    try TensorMemory.reserve(bytes: max(isTooLarge ? .max : bytes, decoderBytes))
    return batch
  }
}
