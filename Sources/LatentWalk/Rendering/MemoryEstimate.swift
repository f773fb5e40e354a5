import Checkpoints
import StableDiffusion
import Tensors

/// How much memory the rendering of a recipe takes beside the loaded weights, estimated before the work begins.
struct MemoryEstimate {
  /// A UNet evaluation of one frame, both halves of guidance.
  private let bytesPerFrame: Int
  private let workspaceBytes: Int
  private let decoderBytes: Int
  private let latentPixels: Int
  private let frameCount: Int
  /// The noises and the directions of embeddings that the walk combines.
  private let noiseBytes: Int
  /// Two of a batch's frames that give their attention to the others.
  private let parentCount: Int

  init(_ recipe: Recipe, _ model: ModelDescription) {
    latentPixels = LatentSize(recipe, model).pixels
    frameCount = recipe.walk.timing.frameCount
    let halves = recipe.walk.keyFrames.allSatisfy { $0.guidance == 1 } ? 1 : 2
    bytesPerFrame = halves * model.unet.activationBytes(pixels: latentPixels)
    workspaceBytes = model.unet.workspaceBytes
    decoderBytes = model.autoencoder.activationBytes(latentPixels: latentPixels)
    let size = LatentSize(recipe, model)
    let directions = recipe.walk.directionCount * model.textEncoder.positions * model.textEncoder.width
    noiseBytes =
      (recipe.walk.path.noiseCount * size.pixels * size.channels + directions) * MemoryLayout<Float>.stride
    parentCount = recipe.walk.between == nil ? 0 : 2
  }

  /// How many frames are denoised together: as many as half of the available memory holds, but no more than make the
  /// kernels faster. A batch is lost when the work is stopped, and the first frame should not take long.
  func batch(requested: Int?) -> Int {
    let fast = max(1, min(16, 4096 / max(1, latentPixels)))
    return max(1, requested ?? min(fast, TensorMemory.available / 2 / bytesPerFrame))
  }

  /// An upper bound of what rendering batches of this many frames allocates at one time, in bytes.
  func bytes(batch: Int) -> Int {
    max((min(batch, frameCount) + parentCount) * bytesPerFrame, decoderBytes) + workspaceBytes + noiseBytes
  }
}

extension ModelFolder {
  /// About the memory that the weights of some components take, in bytes: what they take in their files.
  func weightBytes(_ components: [String]) throws -> Int {
    try components.reduce(0) { sum, component in
      try sum + weights(component).entries.reduce(0) { $0 + $1.byteCount }
    }
  }
}
