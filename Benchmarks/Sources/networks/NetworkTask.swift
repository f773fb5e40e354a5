import Checkpoints
import LatentWalk
import StableDiffusion
import Tensors

/// A piece of work that is timed, and the peers' with it. Building it loads what it needs.
protocol NetworkTask {
  /// What one run makes, NHWC.
  func run() throws -> Tensor
  /// Pictures that share the time of a run.
  var pictures: Int { get }
}

/// The tasks by the names they have in the results.
enum TaskName: String, CaseIterable {
  case cfgStep = "cfg_step"
  case vaeDecode = "vae_decode"
  case tinyFrame = "tiny_frame"

  func task(_ files: BenchmarkFiles, batch: Int?) throws -> any NetworkTask {
    switch self {
    case .cfgStep: try CFGStep(files)
    case .vaeDecode: try VAEDecode(files)
    case .tinyFrame: try TinyFrame(batch: batch)
    }
  }

  /// Floating-point operations of direct arithmetic, where they were counted (shared/reference: 401.6 and 1257 GMAC a
  /// picture).
  var operations: Double? {
    switch self {
    case .cfgStep: 2 * 2 * 401.6e9
    case .vaeDecode: 2 * 1257e9
    case .tinyFrame: nil
    }
  }

  /// The largest relative L2 from PyTorch's answer. A frame is compared after 25 steps and rounding to 8 bits.
  var tolerance: Double {
    switch self {
    case .cfgStep, .vaeDecode: 1e-4
    case .tinyFrame: 2e-3
    }
  }
}

/// The folders of the big model, and of its inputs and PyTorch's results.
struct BenchmarkFiles {
  let model: String
  let cases: String

  func tensor(_ name: String, of task: TaskName) throws -> Tensor {
    let array = try NumpyArray(npyFile: "\(cases)/\(task.rawValue)/\(name).npy")
    return Tensor(shape: array.shape, values: array.values)
  }
}

/// One evaluation of the UNet for both halves of classifier-free guidance: batch 2.
struct CFGStep: NetworkTask {
  private let unet: UNet
  private let latents: Tensor
  private let context: Tensor
  let pictures = 1

  init(_ files: BenchmarkFiles) throws {
    let folder = try ModelFolder(path: files.model)
    unet = try UNet(folder.weights("unet"), ModelDescription(folder).unet)
    latents = try files.tensor("latents", of: .cfgStep).channelsLast()
    context = try files.tensor("context", of: .cfgStep)
  }

  func run() -> Tensor { unet(latents, timestep: 481, context: context) }
}

/// One picture of 512 x 512 from its latents.
struct VAEDecode: NetworkTask {
  private let autoencoder: Autoencoder
  private let latents: Tensor
  let pictures = 1

  init(_ files: BenchmarkFiles) throws {
    let folder = try ModelFolder(path: files.model)
    autoencoder = try Autoencoder(folder.weights("vae"), ModelDescription(folder).autoencoder)
    latents = try files.tensor("latents", of: .vaeDecode).channelsLast()
  }

  func run() -> Tensor { autoencoder.decode(latents) }
}

/// Sixteen frames of the walk from a dog to a cat with the bundled model, from noise to 8-bit pixels.
struct TinyFrame: NetworkTask {
  private let renderer: Renderer
  let pictures: Int

  /// - Parameter batch: frames denoised together; nil for what the program chooses.
  init(batch: Int?) throws {
    var draft = RecipeDraft(.interpolate, prompts: ["A photograph of a dog", "A photograph of a cat"])
    (draft.width, draft.height, draft.seed) = (128, 128, 14)
    pictures = 16
    (draft.frames, draft.schedule) = (pictures, .leading)
    let models = ModelStore()
    renderer = try models.renderer(for: models.recipe(for: draft), batch: batch)
  }

  func run() throws -> Tensor {
    var pixels: [Float] = []
    var rendering = renderer.rendering(Array(0..<pictures))
    while let event = try rendering.next() {
      if case .frame(_, let picture, _) = event { pixels += picture.pixels.map(Float.init) }
    }
    return Tensor(shape: [pictures, 128, 128, 3], values: pixels)
  }
}
