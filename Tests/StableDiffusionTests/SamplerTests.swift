import Checkpoints
import Foundation
import Sampling
import StableDiffusion
import Tensors
import Testing

/// Every sampler and schedule on tiny pipelines, against diffusers' schedulers there. Tools/golden/samplers.py made the
/// numbers.
@Suite struct SamplerTests {
  private struct Golden: Decodable {
    struct Case: Decodable, CustomStringConvertible {
      let sampler: SamplerName
      let schedule: ScheduleKind
      let steps: Int
      var description: String { "\(sampler.rawValue) \(schedule.rawValue) \(steps)" }
    }
    let seed: UInt64
    let twoStages: [Case]
    let sd2: [Case]

    enum CodingKeys: String, CodingKey {
      case seed, sd2
      case twoStages = "two-stages"
    }
  }

  @Test(
    "every sampler gives diffusers' latents, with epsilon and every schedule, and with v prediction",
    arguments: [("two-stages", 7.5), ("sd2", 1)] as [(String, Float)])
  func latents(name: String, scale: Float) throws {
    let path = GoldenPipeline.fixtures + "/samplers"
    let golden = try JSONDecoder().decode(
      Golden.self, from: Data(contentsOf: URL(filePath: path + ".json")))
    let all = try #require(try TensorFile(path: path + ".safetensors").tensor(name)).float32()
      .channelsLast()
    let (_, height, width, channels) = all.shape4
    let fixture = try GoldenPipeline(name)
    let pipeline = try StableDiffusionPipeline(fixture.folder)
    let guidance = Guidance(
      conditional: Conditioning(tokens: try fixture.embeddings([1])),
      unconditional: Conditioning(tokens: try fixture.embeddings([0])),
      scale: scale)

    let cases = name == "sd2" ? golden.sd2 : golden.twoStages
    #expect(cases.count == all.shape[0])
    #expect(Set(cases.map(\.sampler)) == Set(SamplerName.allCases))
    for (index, expected) in cases.enumerated() {
      let levels = try pipeline.schedule(
        steps: expected.steps, kind: expected.schedule, sampler: expected.sampler)
      let noises = NoiseGenerator.pytorch.normals(
        seed: golden.seed, draws: 0..<levels.count + 1, height: height, width: width, channels: channels)
      let steps = try pipeline.denoising(
        noises[0], guidedBy: guidance, through: levels, stepNoises: Array(noises.dropFirst()))
      let comparison = Comparison(
        steps.reduce(noises[0]) { $1.latents }, all.images(index..<index + 1))
      #expect(comparison.relativeL2 < 1e-3, "\(expected): \(comparison)")
    }
  }
}
