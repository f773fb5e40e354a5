import Sampling
import Tensors
import Testing

/// The sampler `tcd` with all gammas, against diffusers' TCDScheduler. Tools/golden/tcd.py made the numbers.
@Suite struct TCDTests {
  private struct Golden: Decodable {
    struct Case: Decodable {
      let gamma: Double
      let steps: Int
      let prediction: PredictionKind
      let result: [Float]
    }
    let seed: UInt64
    let cases: [Case]
    /// For 1, 2, ... 50 steps.
    let timesteps: [[Double]]
  }

  private func schedule(_ steps: Int, gamma: Double = 0.3) throws -> SamplingSchedule {
    var schedule = try ScheduleKind.trailing.schedule(
      steps: steps, sampler: .tcd, noise: SamplerTests.stableDiffusion)
    schedule.gamma = gamma
    return schedule
  }

  @Test("tcd leads to diffusers' latents with every gamma")
  func gammas() throws {
    let golden: Golden = try SamplingTests.Golden.fixture("tcd.json")
    for expected in golden.cases {
      let found = SamplerTests.result(
        try schedule(expected.steps, gamma: expected.gamma), expected.prediction, seed: golden.seed)
      expectClose(found.channelsFirst().values, expected.result, within: 1e-4, "\(expected)")
    }
    #expect(try schedule(4).gamma == 0.3)
    #expect(SamplerName.tcd.defaultSchedule == .trailing)
  }

  @Test("tcd visits diffusers' timesteps for every number of steps, and ends at the cleanest")
  func timesteps() throws {
    let golden: Golden = try SamplingTests.Golden.fixture("tcd.json")
    for (steps, expected) in zip(1..., golden.timesteps) {
      let levels = try schedule(steps)
      #expect(levels.levels.map(\.timestep) == expected)
      #expect(levels.finalAlphaBar == SamplerTests.stableDiffusion.alphaBars[0])
    }
  }

  @Test("with a gamma of 0 tcd adds no noise and takes the steps of ddim")
  func deterministic() throws {
    let tcd = try schedule(4, gamma: 0)
    let ddim = SamplingSchedule(tcd.levels, finalAlphaBar: tcd.finalAlphaBar)
    let results = [tcd, ddim].map { SamplerTests.result($0, .epsilon, seed: 6).values }
    #expect(results[0] == results[1])
    #expect(try SamplerTests.result(schedule(4), .epsilon, seed: 6).values != results[0])
  }
}
