import Checkpoints
import Foundation
import Sampling
import StableDiffusion
import Tensors
import Testing

/// Attention interpolation against the same written out in PyTorch on the tiny pipelines (Tools/golden/attention.py).
@Suite struct AttentionInterpolationTests {
  private struct Golden: Decodable {
    let evaluated: [Double]
    let fractions: [Double]
    /// The first step in which attention is interpolated, and the first in which it is not any more.
    let steps: [Int]
    let guidance: Float

    static let path = GoldenPipeline.fixtures + "/attention/golden"
    static func load() throws -> Golden {
      try JSONDecoder().decode(Golden.self, from: Data(contentsOf: URL(filePath: path + ".json")))
    }
    static func image(_ name: String) throws -> Tensor {
      try #require(try TensorFile(path: path + ".safetensors").tensor(name)).float32().channelsLast()
    }
  }

  /// A UNet, and its golden batch of five.
  private struct Batch {
    let unet: UNet
    let timestep: Double
    let latents: Tensor
    let context: Tensor

    init(_ name: String) throws {
      let fixture = try GoldenPipeline(name)
      unet = try UNet(
        fixture.folder.weights("unet"), UNetDescription(fixture.folder.configuration("unet")))
      timestep = fixture.golden.unet[2].timestep
      latents = try fixture.image("unet.2.latents")
      context = try fixture.embeddings(fixture.golden.unet[2].prompts)
    }

    /// Of some images of the batch, in an order of one's own.
    func output(_ images: [Int], _ attention: AttentionInterpolation? = nil) -> Tensor {
      unet(
        latents.images(at: images), timestep: timestep,
        session: UNetSession(context: context.images(at: images), attention: attention))
    }
  }

  @Test(
    "an evaluation of the UNet gives what PyTorch gives, for in-betweens, parents and an image that stands alone",
    arguments: GoldenPipeline.names)
  func evaluation(name: String) throws {
    let (golden, batch) = (try Golden.load(), try Batch(name))
    let attention = AttentionInterpolation([
      .init(1, 3, t: golden.evaluated[0]), nil, .init(1, 3, t: golden.evaluated[1]), nil, nil,
    ])
    let (found, expected) = (batch.output(Array(0..<5), attention), try Golden.image("\(name).output"))
    expectEqual(found, expected, relativeL2: 1e-5)
    let plain = batch.output(Array(0..<5))
    for image in [1, 3, 4] {
      #expect(found.images(at: [image]).values == plain.images(at: [image]).values)
    }
    for image in [0, 2] {
      let change = Comparison(found.images(at: [image]), plain.images(at: [image])).relativeL2
      #expect(change > 1e-3, "image \(image) changes by \(change) only")
    }
  }

  @Test(
    "guided denoising interpolates in each half and in the chosen steps only, as in PyTorch",
    arguments: ["two-stages", "sd2"])
  func denoising(name: String) throws {
    let (golden, fixture) = (try Golden.load(), try GoldenPipeline(name))
    let pipeline = try StableDiffusionPipeline(fixture.folder)
    let schedule = try pipeline.schedule(steps: 10, kind: .leading)
    let prompts = try [1, 2].map { Conditioning(tokens: try fixture.embeddings([$0])) }
    let conditionings =
      prompts + golden.fractions.map { Conditioning.combined(prompts, weights: [1 - $0, $0]) }
    let empty = Conditioning(tokens: try fixture.embeddings([0]))
    let guidance = Guidance(
      conditional: conditionings, unconditional: conditionings.map { _ in empty },
      scales: conditionings.map { _ in golden.guidance })
    let noise = try fixture.image("samples.0.noise").images(at: conditionings.map { _ in 0 })
    func result(_ steps: Range<Int>?) throws -> Tensor {
      let attention = AttentionInterpolation(fractions: golden.fractions, steps: steps)
      return try pipeline.denoising(noise, guidedBy: guidance, through: schedule, attention: attention)
        .reduce(noise) { $1.latents }
    }
    let found = try result(golden.steps[0]..<golden.steps[1])
    expectEqual(found, try Golden.image("\(name).latents"), relativeL2: 1e-3)
    #expect(try result(nil).values == result(0..<10).values)
    #expect(try result(nil).values != found.values)
    let plain = try pipeline.denoising(noise, guidedBy: guidance, through: schedule)
    #expect(try result(0..<0).values == plain.reduce(noise) { $1.latents }.values)
  }

  @Test("an in-between has the same bits whatever else is in the batch", arguments: GoldenPipeline.names)
  func batches(name: String) throws {
    let batch = try Batch(name)
    let between = { AttentionInterpolation.Between($0, $1, t: 0.3) }
    let alone = batch.output([1, 3, 0], AttentionInterpolation([nil, nil, between(0, 1)]))
    let others: [([Int], AttentionInterpolation, Int)] = [
      ([0, 1, 3], AttentionInterpolation([between(1, 2), nil, nil]), 0),
      ([4, 3, 2, 0, 1], AttentionInterpolation([nil, nil, between(4, 1), between(4, 1), nil]), 3),
      ([1, 3, 0, 0, 2, 4], AttentionInterpolation([nil, nil, nil, between(0, 1), between(1, 0), nil]), 3),
    ]
    for (images, attention, place) in others {
      #expect(
        batch.output(images, attention).images(at: [place]).values == alone.images(at: [2]).values,
        "\(images)")
    }
  }

  @Test("an in-between that is its own parents is as it is without interpolation, up to rounding")
  func sameParent() throws {
    let batch = try Batch("two-stages")
    let plain = batch.output([2, 2, 2])
    for t in [0, 0.4, 1] {
      let found = batch.output([2, 2, 2], AttentionInterpolation(fractions: [t]))
      expectEqual(found, plain, relativeL2: 1e-5)
    }
  }

  @Test("at 0 and 1 one parent alone decides")
  func ends() throws {
    let batch = try Batch("sd1")
    for (t, same, other) in [(0.0, [0, 1, 2], [0, 3, 2]), (1, [1, 0, 2], [3, 0, 2])] {
      let results = [same, other].map {
        batch.output($0, AttentionInterpolation(fractions: [t])).images(at: [2]).values
      }
      #expect(results[0] == results[1])
    }
  }
}
