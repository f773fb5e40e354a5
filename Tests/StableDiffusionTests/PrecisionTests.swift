import Checkpoints
import Foundation
import Sampling
import StableDiffusion
import Tensors
import Testing

/// The bundled model in 16-bit integers against float32.
@Suite struct PrecisionTests {
  private let folder: ModelFolder

  init() throws { folder = try ModelFolder(path: GoldenPipeline.bundled) }

  private func pipeline(_ precision: Precision) throws -> StableDiffusionPipeline {
    try StableDiffusionPipeline(folder, packing: Packing(precision: precision))
  }

  private func noise(images n: Int) -> Tensor {
    Tensor.batch(
      (0..<n).map {
        NoiseGenerator.pytorch.normals(seed: UInt64($0), draw: 0, height: 16, width: 16, channels: 4)
      })
  }

  @Test(
    "an evaluation of the UNet in 16-bit integers is a thousandth from float32's",
    arguments: [10.0, 481, 981])
  func evaluation(timestep: Double) throws {
    let context = try PromptEncoder(folder)("a dog").conditioning.tokens
    let exact = try pipeline(.float32).unet()(noise(images: 1), timestep: timestep, context: context)
    let integers = try pipeline(.int16).unet()(noise(images: 1), timestep: timestep, context: context)
    let difference = Comparison(integers, exact).relativeL2
    #expect(difference < 1e-3)
    #expect(difference > 1e-6, "Float32 gives other numbers.")
  }

  @Test("a picture in 16-bit integers does not depend on the pictures beside it")
  func batch() throws {
    let unet = try pipeline(.int16).unet()
    let context = try PromptEncoder(folder)("a dog").conditioning.tokens
    let (alone, together) = (
      unet(noise(images: 1), timestep: 481, context: context),
      unet(noise(images: 3), timestep: 481, context: context)
    )
    #expect(Array(together.values.prefix(alone.count)) == alone.values)
  }

  @Test("the text encoder and the autoencoder stay in float32")
  func otherNetworks() throws {
    let latents = noise(images: 1)
    func results(_ precision: Precision) throws -> ([Float], [Float]) {
      let pipeline = try pipeline(precision)
      return (
        try pipeline.promptEncoder()("a dog").conditioning.tokens.values, pipeline.pixels(latents).values
      )
    }
    let (exact, integers) = (try results(.float32), try results(.int16))
    #expect(exact == integers)
  }

  @Test("a picture of 25 steps in 16-bit integers cannot be told from float32's")
  func picture() throws {
    let (exact, integers) = (try picture(.float32), try picture(.int16))
    let square = zip(exact, integers).reduce(0.0) { $0 + pow(Double($1.0 - $1.1), 2) } / Double(exact.count)
    let psnr = 10 * log10(255 * 255 / square)
    #expect(psnr > 45)
    #expect(exact != integers)
  }

  /// Rounded to 8 bits.
  private func picture(_ precision: Precision) throws -> [Float] {
    let pipeline = try pipeline(precision)
    let encoder = try pipeline.promptEncoder()
    let guidance = Guidance(
      conditional: encoder("a photo of a dog").conditioning, unconditional: encoder("").conditioning,
      scale: 7.5)
    var latents = noise(images: 1)
    for step in try pipeline.denoising(
      latents, guidedBy: guidance, through: pipeline.schedule(steps: 25, kind: .keras))
    {
      latents = step.latents
    }
    return pipeline.pixels(latents).values.map { min(255, max(0, $0.rounded())) }
  }
}
