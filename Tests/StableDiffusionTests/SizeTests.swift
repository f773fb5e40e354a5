import Checkpoints
import Foundation
import Sampling
import StableDiffusion
import Tensors
import Testing

/// Latents that the UNet's stages cannot halve evenly, against diffusers. `Tools/golden/sizes.py` made the numbers.
@Suite struct SizeTests {
  private struct Golden: Decodable {
    struct Evaluation: Decodable {
      let model: String
      let key: String
    }
    let prompt: String
    let timestep: Double
    let steps: Int
    let guidance: Float
    let evaluations: [Evaluation]
  }

  private let golden: Golden
  private let tensors: TensorFile

  init() throws {
    let folder = GoldenPipeline.fixtures + "/sizes"
    golden = try JSONDecoder().decode(
      Golden.self, from: Data(contentsOf: URL(filePath: folder + "/golden.json")))
    tensors = try TensorFile(path: folder + "/golden.safetensors")
  }

  private func tensor(_ name: String) throws -> Tensor { try #require(try tensors.tensor(name)).float32() }

  private func folder(_ model: String) throws -> ModelFolder {
    try ModelFolder(path: model == "tiny" ? GoldenPipeline.bundled : "\(GoldenPipeline.fixtures)/\(model)")
  }

  @Test(
    "an evaluation of the UNet gives diffusers' prediction for odd heights and widths",
    arguments: [(ConvolutionAlgorithm.direct, 1e-5), (.winograd, 1e-4)])
  func unetEvaluation(algorithm: ConvolutionAlgorithm, tolerance: Double) throws {
    for (model, evaluations) in Dictionary(grouping: golden.evaluations, by: \.model) {
      let folder = try folder(model)
      let weights = try folder.weights("unet").packed(Packing(convolution: algorithm))
      let unet = try UNet(weights, UNetDescription(folder.configuration("unet")))
      let embedding = try tensor("\(model).embedding")
      for key in evaluations.map(\.key) {
        let latents = try tensor("\(key).latents").channelsLast()
        let prediction = unet(latents, timestep: golden.timestep, context: embedding)
        expectEqual(prediction, try tensor("\(key).output").channelsLast(), relativeL2: tolerance)
      }
    }
  }

  @Test("a whole pipeline gives diffusers' latents and pixels for an odd size", arguments: ["sd1", "tiny"])
  func sampling(model: String) throws {
    let pipeline = try StableDiffusionPipeline(folder(model))
    let encoder = try pipeline.promptEncoder()
    let guidance = Guidance(
      conditional: encoder(golden.prompt).conditioning, unconditional: encoder("").conditioning,
      scale: golden.guidance)
    let schedule = try pipeline.schedule(steps: golden.steps, kind: .leading)
    var latents = try tensor("\(model).noise").channelsLast()
    for step in try pipeline.denoising(latents, guidedBy: guidance, through: schedule) {
      latents = step.latents
    }
    expectEqual(latents, try tensor("\(model).sample").channelsLast(), relativeL2: 1e-3)
    let decoded = pipeline.autoencoder.decode(latents)
    expectEqual(decoded, try tensor("\(model).decoded").channelsLast(), within: 2 / 127.5)
  }
}
