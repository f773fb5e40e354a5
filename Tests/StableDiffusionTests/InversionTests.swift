import Checkpoints
import Foundation
import Sampling
import StableDiffusion
import Tensors
import Testing

/// Pictures back into noise: against diffusers' DDIMInverseScheduler on the tiny pipelines (Tools/golden/inversion.py), and
/// there and back on the bundled model.
@Suite struct InversionTests {
  @Test("inversion gives diffusers' latents, with and without iterations", arguments: GoldenPipeline.names)
  func golden(name: String) throws {
    let golden = try TensorFile(path: GoldenPipeline.fixtures + "/inversion/golden.safetensors")
    let fixture = try GoldenPipeline(name)
    let pipeline = try StableDiffusionPipeline(fixture.folder)
    let schedule = try pipeline.schedule(steps: 10, kind: .leading)
    let conditioning = Conditioning(tokens: try fixture.embeddings([1]))
    let latents = try fixture.image("encodings.0.latents")
    for iterations in [0, 1, 3] {
      let expected = try #require(try golden.tensor("\(name).\(iterations)")).float32().channelsLast()
      let steps = Array(
        try pipeline.inversion(latents, [conditioning], through: schedule, iterations: iterations))
      #expect(steps.count == 10)
      for (step, index) in zip(steps.suffix(expected.shape[0]), 0...) {
        expectEqual(step.latents, expected.images(index..<index + 1), relativeL2: 1e-3)
      }
    }
  }

  @Test("a picture that went into noise and back is within 0.5 dB of what the autoencoder can show")
  func thereAndBack() throws {
    let pipeline = try StableDiffusionPipeline(ModelFolder(path: GoldenPipeline.bundled))
    let encoder = try pipeline.promptEncoder()
    let fox = encoder("a fox").conditioning
    let schedule = try pipeline.schedule(steps: 25, kind: .keras)
    let noise = NoiseGenerator.pytorch.normals(seed: 42, draw: 0, height: 16, width: 16, channels: 4)
    let made = try pipeline.denoising(
      noise,
      guidedBy: Guidance(conditional: fox, unconditional: encoder("").conditioning, scale: 7.5),
      through: schedule
    ).reduce(noise) { $1.latents }
    let picture = pipeline.pixels(made).mapped { min(255, max(0, $0.rounded())) }
    let pictureEncoder = try #require(pipeline.autoencoder.encoder)
    let encoded = pictureEncoder((1 / 127.5) * picture + -1).mean
    let limit = psnr(pipeline.pixels(encoded), picture)
    #expect(limit > 25)
    let found = try [0, 1].map { iterations in
      let inverted = try pipeline.inversion(encoded, [fox], through: schedule, iterations: iterations)
        .reduce(encoded) { $1.latents }
      let again = try pipeline.denoising(
        inverted, guidedBy: Guidance(conditional: fox, unconditional: fox, scale: 1), through: schedule
      ).reduce(inverted) { $1.latents }
      return psnr(pipeline.pixels(again), picture)
    }
    #expect(found[1] > limit - 0.5, "\(found[1]) dB, and the autoencoder's is \(limit)")
    #expect(found[0] < found[1], "An iteration brings \(found[0]) dB to \(found[1]).")
  }

  /// In dB; pixels are clipped as they are shown.
  private func psnr(_ found: Tensor, _ expected: Tensor) -> Double {
    let squares = zip(found.values, expected.values).map { pow(Double(min(255, max(0, $0)) - $1), 2) }
    return 10 * log10(255 * 255 / (squares.reduce(0, +) / Double(squares.count)))
  }
}
