import Checkpoints
import Foundation
import StableDiffusion
import Tensors

/// A tiny random pipeline made with diffusers, and what diffusers computed with it in float32.
/// Tools/golden/pipelines.py made it and says how each number came about.
struct GoldenPipeline {
  static let names = ["sd1", "sd2", "odd", "two-stages"]
  static let fixtures = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Fixtures").path

  /// The bundled model, whose layers are wide enough for Winograd's transforms.
  static let bundled = URL(filePath: #filePath + "/../../../Models/tiny").standardized.path

  struct Golden: Decodable {
    struct Prompt: Decodable {
      let text: String
      let ids: [Int]
    }
    struct Evaluation: Decodable {
      let timestep: Double
      /// Which prompt each image of the batch has.
      let prompts: [Int]
    }
    struct Sample: Decodable {
      let schedule: String
      let guidance: Double
      let prompt: Int
      let steps: Int
    }
    let prompts: [Prompt]
    let unet: [Evaluation]
    let samples: [Sample]
  }

  let name: String
  let folder: ModelFolder
  let golden: Golden
  private let tensors: TensorFile

  init(_ name: String) throws {
    self.name = name
    let path = "\(Self.fixtures)/\(name)"
    folder = try ModelFolder(path: path)
    golden = try JSONDecoder().decode(
      Golden.self, from: Data(contentsOf: URL(filePath: path + "/golden.json")))
    tensors = try TensorFile(path: path + "/golden.safetensors")
  }

  func has(_ name: String) -> Bool { tensors.entry(name) != nil }

  /// A golden tensor as it was stored.
  func tensor(_ name: String) throws -> Tensor {
    guard let stored = try tensors.tensor(name) else {
      throw CheckpointError.missingTensor(path: tensors.path, name: name, shape: [])
    }
    return stored.float32()
  }

  /// A golden picture or golden latents, stored as PyTorch has them, [n, c, h, w], in our layout.
  func image(_ name: String) throws -> Tensor { try tensor(name).channelsLast() }

  /// The embeddings of some of the golden prompts, as diffusers computed them.
  func embeddings(_ prompts: [Int]) throws -> Tensor {
    let all = try tensor("embeddings")
    return Tensor.batch(prompts.map { all.images($0..<$0 + 1) })
  }
}
