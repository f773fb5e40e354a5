import Checkpoints
import Foundation
import Sampling
import StableDiffusion
import Tensors
import Testing

/// A LoRA as LCM-LoRA is laid out, with the sampler `lcm`, against diffusers' LCMScheduler (Tools/golden/lcm.py).
@Suite struct LatentConsistencyTests {
  private struct Golden: Decodable {
    let prompt: String
    let seed: UInt64
    let steps: Int
    let guidance: Float
  }

  @Test("LCM-LoRA with the sampler lcm gives diffusers' latents")
  func latents() throws {
    let path = GoldenPipeline.fixtures + "/lora/lcm"
    let golden = try JSONDecoder().decode(
      Golden.self, from: Data(contentsOf: URL(filePath: path + "-golden.json")))
    let expected = try #require(try TensorFile(path: path + "-golden.safetensors").tensor("latents"))
      .float32()
      .channelsLast()
    let (_, height, width, channels) = expected.shape4
    let model = try FloatModel("sd1")
    let noises = NoiseGenerator.pytorch.normals(
      seed: golden.seed, draws: 0..<golden.steps + 1, height: height, width: width, channels: channels)
    let results = try [[], [LoRA(path: path + ".safetensors")]].map { loras in
      let pipeline = try StableDiffusionPipeline(model.folder, adapters: Adapters(loras: loras))
      let levels = try pipeline.schedule(steps: golden.steps, kind: .trailing, sampler: .lcm)
      let encoder = try pipeline.promptEncoder()
      let guidance = Guidance(
        conditional: encoder(golden.prompt).conditioning,
        unconditional: encoder("").conditioning,
        scale: golden.guidance)
      return try pipeline.denoising(
        noises[0], guidedBy: guidance, through: levels, stepNoises: Array(noises.dropFirst())
      ).reduce(noises[0]) { $1.latents }
    }
    #expect(Comparison(results[0], expected).relativeL2 > 0.05, "The LoRA's effect is well seen.")
    expectEqual(results[1], expected, relativeL2: 1e-4)
  }
}
