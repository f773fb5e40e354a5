import Foundation
import Sampling
import Tensors
import Testing

/// Each sampler against diffusers' scheduler on a network that is one formula. Tools/golden/samplers.py made the
/// numbers.
@Suite struct SamplerTests {
  struct Golden: Decodable {
    struct Case: Decodable, CustomStringConvertible {
      let sampler: SamplerName
      let schedule: ScheduleKind
      let prediction: PredictionKind
      let steps: Int
      /// Of the levels, the noisiest first; not for each prediction again.
      let timesteps: [Double]?
      let sigmas: [Double]?
      /// The final latents of [1, 4, 2, 2].
      let result: [Float]

      var description: String { "\(sampler.rawValue) \(schedule.rawValue) \(prediction.rawValue) \(steps)" }

      func levels() throws -> SamplingSchedule {
        let noise = stableDiffusion
        return try schedule.schedule(
          steps: steps, sampler: sampler, noise: noise, stepsOffset: 1, finalAlphaBar: noise.alphaBars[0])
      }
    }
    let seed: UInt64
    let cases: [Case]

    static func load() throws -> Golden { try SamplingTests.Golden.fixture("samplers.json") }
  }

  static let stableDiffusion = NoiseSchedule(
    betaStart: 0.00085, betaEnd: 0.012, kind: .scaledLinear, trainSteps: 1000)

  /// sin x, stronger where there is more noise.
  static func network(_ x: Tensor, _ level: NoiseLevel) -> Tensor {
    Tensor(shape: x.shape, values: x.values.map { sin($0) * (0.5 + Float(level.timestep) / 2000) })
  }

  /// The final latents from the seed's noise, drawn as a pipeline draws it, [1, 2, 2, 4].
  static func result(
    _ levels: SamplingSchedule, _ prediction: PredictionKind, seed: UInt64,
    evaluated: (NoiseLevel) -> Void = { _ in }
  ) -> Tensor {
    let noises = NoiseGenerator.pytorch.normals(
      seed: seed, draws: 0..<levels.count + 1, height: 2, width: 2, channels: 4)
    return withoutActuallyEscaping(evaluated) { evaluated in
      Denoising(noises[0], through: levels, prediction: prediction, stepNoises: Array(noises.dropFirst())) {
        evaluated($1)
        return prediction.denoised(noisy: $0, modelOutput: network($0, $1), level: $1)
      }.reduce(noises[0]) { $1.latents }
    }
  }

  @Test(
    "every schedule has diffusers' timesteps and sigmas, for every sampler", arguments: SamplerName.allCases)
  func levels(sampler: SamplerName) throws {
    let cases = try Golden.load().cases.filter { $0.sampler == sampler }
    #expect(Set(cases.map(\.steps)) == [1, 2, 8, 25])
    for golden in cases {
      guard let timesteps = golden.timesteps, let sigmas = golden.sigmas else { continue }
      let levels = try golden.levels().levels
      expectClose(
        levels.map { Float($0.timestep) }, timesteps.map(Float.init), within: 1e-4, "\(golden), timesteps")
      expectClose(levels.map { Float($0.sigma) }, sigmas.map(Float.init), within: 1e-5, "\(golden), sigmas")
    }
  }

  @Test(
    "every sampler leads to diffusers' latents, with every schedule and both predictions",
    arguments: SamplerName.allCases)
  func latents(sampler: SamplerName) throws {
    let golden = try Golden.load()
    for expected in golden.cases.filter({ $0.sampler == sampler }) {
      let found = Self.result(try expected.levels(), expected.prediction, seed: golden.seed)
      expectClose(found.channelsFirst().values, expected.result, within: 1e-4, "\(expected)")
    }
  }

  @Test(
    "the denoiser is evaluated as often as the levels say, also up to each step",
    arguments: SamplerName.allCases)
  func evaluations(sampler: SamplerName) throws {
    for steps in [1, 2, 7] {
      let levels = try sampler.defaultSchedule.schedule(
        steps: steps, sampler: sampler, noise: Self.stableDiffusion)
      let count = levels.count
      var evaluations = 0
      _ = Self.result(levels, .epsilon, seed: 1) { _ in evaluations += 1 }
      #expect(evaluations == levels.evaluations(after: count), "\(sampler.rawValue), \(steps) steps")
      #expect(levels.evaluations(after: 0) == 0)
      let expected =
        switch sampler {
        case .heun: 2 * count - 1
        case .pndm: count == 1 ? 1 : count + 1
        default: count
        }
      #expect(evaluations == expected)
    }
  }

  @Test(
    "a denoiser that knows the denoised latents leads every sampler there", arguments: SamplerName.allCases)
  func perfectDenoiser(sampler: SamplerName) throws {
    let denoised = Tensor(shape: [1, 1, 1, 4], values: [3, -1, 0.5, 7])
    let noises = NoiseGenerator.numpy.normals(seed: 3, draws: 0..<14, height: 1, width: 1, channels: 4)
    for schedule in sampler.schedules {
      for prediction in PredictionKind.allCases {
        let levels = try schedule.schedule(steps: 12, sampler: sampler, noise: Self.stableDiffusion)
        let steps = Denoising(
          noises[0], through: levels, prediction: prediction, stepNoises: Array(noises.dropFirst())
        ) { _, _ in denoised }
        // The mixtures of pndm and lms reach back to noise that is no more, and do not end at the denoised latents
        // alone; nor does tcd, which ends at the cleanest level of the training.
        let tolerance: Float = [.pndm, .lms, .tcd].contains(sampler) ? 0.2 : 1e-4
        expectClose(
          steps.reduce(noises[0]) { $1.latents }.values, denoised.values, within: tolerance,
          "\(sampler.rawValue), \(schedule.rawValue), \(prediction.rawValue)")
      }
    }
  }

  @Test("euler with its own levels takes the steps of ddim, which are the same equation in other letters")
  func eulerIsDDIM() throws {
    for schedule in [ScheduleKind.keras, .keras09] {
      let results = try [SamplerName.ddim, .euler].map { sampler in
        let levels = try schedule.schedule(steps: 10, sampler: sampler, noise: Self.stableDiffusion)
        return Self.result(levels, .velocity, seed: 4).values
      }
      expectClose(results[0], results[1], within: 1e-5)
    }
  }

  @Test("only samplers that add noise depend on the noise of the steps")
  func stepNoises() throws {
    for sampler in SamplerName.allCases {
      let levels = try sampler.defaultSchedule.schedule(
        steps: 3, sampler: sampler, noise: Self.stableDiffusion)
      let noises = NoiseGenerator.numpy.normals(seed: 3, draws: 0..<5, height: 2, width: 2, channels: 4)
      let results = [Array(noises[1...3]), Array(noises[2...4])].map { stepNoises in
        Denoising(noises[0], through: levels, stepNoises: stepNoises) {
          PredictionKind.epsilon.denoised(noisy: $0, modelOutput: Self.network($0, $1), level: $1)
        }.reduce(noises[0]) { $1.latents }.values
      }
      #expect((results[0] != results[1]) == sampler.drawsNoise, "\(sampler.rawValue)")
    }
    #expect(SamplerName.allCases.filter(\.drawsNoise) == [.eulerAncestral, .dpmSolverSDE, .lcm, .tcd])
  }
}

/// What is refused before any work, and how the sentence reads.
@Suite struct SamplerRefusalTests {
  private func refusal(_ sampler: SamplerName, _ schedule: ScheduleKind, _ steps: Int) -> String? {
    #expect(throws: ScheduleError.self) {
      try schedule.schedule(steps: steps, sampler: sampler, noise: SamplerTests.stableDiffusion)
    }?.description
  }

  @Test("a sampler refuses the schedules that make no sense for it, and names the others")
  func combinations() {
    #expect(
      refusal(.lcm, .karras, 4)
        == "The sampler lcm does not work with the schedule karras; choose trailing as the schedule.")
    #expect(
      refusal(.pndm, .linspace, 25) == """
        The sampler pndm does not work with the schedule linspace; choose keras or keras-0.9 or leading or \
        trailing as the schedule.
        """)
  }

  @Test(
    "lcm and tcd take no more steps than their models were distilled in",
    arguments: [SamplerName.lcm, .tcd])
  func distilledSteps(sampler: SamplerName) throws {
    #expect(
      refusal(sampler, .trailing, 51)
        == "51 steps are not possible with the sampler \(sampler.rawValue); choose 1 to 50.")
    let levels = try ScheduleKind.trailing.schedule(
      steps: 50, sampler: sampler, noise: SamplerTests.stableDiffusion)
    #expect(levels.levels.map(\.timestep) == stride(from: 999, to: 0, by: -20).map { Double($0) })
  }

  @Test("a number of steps that would visit a level twice is refused")
  func repeatedLevels() {
    for schedule in [ScheduleKind.leading, .linspace] {
      #expect(
        refusal(.dpmSolver, schedule, 1000) == """
          1000 steps of the sampler dpm++2m would visit a noise level of the schedule \(schedule.rawValue) \
          twice; choose fewer steps or another schedule.
          """)
    }
  }

  @Test("every other combination has levels for every number of steps, ever cleaner")
  func everyCombination() throws {
    for sampler in SamplerName.allCases {
      for schedule in sampler.schedules {
        for steps in [1, 2, 3, 10, 31, 49, 50, 61, 333, 998]
        where ![.lcm, .tcd].contains(sampler) || steps <= 50 {
          let levels = try schedule.schedule(
            steps: steps, sampler: sampler, noise: SamplerTests.stableDiffusion)
          if schedule != .keras { #expect(levels.count == steps) }
          #expect(zip(levels.levels, levels.levels.dropFirst()).allSatisfy { $0.sigma > $1.sigma })
          #expect(levels.levels.allSatisfy { 0...999 ~= $0.timestep && $0.alphaBar < 1 })
        }
      }
    }
  }
}
