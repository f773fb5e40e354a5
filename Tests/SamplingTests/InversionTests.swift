import Sampling
import Tensors
import Testing

@Suite struct InversionTests {
  private let picture = NoiseGenerator.numpy.normals(seed: 9, draw: 0, height: 3, width: 2, channels: 4)

  private func denoiser(_ prediction: PredictionKind, _ evaluated: @escaping (NoiseLevel) -> Void = { _ in })
    -> Denoiser
  {
    { x, level in
      evaluated(level)
      // Gentler than the samplers' network, so that its equation can be iterated at every level.
      let output = 0.3 * SamplerTests.network(x, level)
      return prediction.denoised(noisy: x, modelOutput: output, level: level)
    }
  }

  private func largestDifference(_ a: Tensor, _ b: Tensor) -> Float {
    zip(a.values, b.values).map { abs($0 - $1) }.max() ?? 0
  }

  /// How far from the picture its inversion leads.
  private func error(_ schedule: SamplingSchedule, _ prediction: PredictionKind, iterations: Int) -> Float {
    let denoiser = denoiser(prediction)
    let noise = Inversion(picture, through: schedule, iterations: iterations, with: denoiser)
      .reduce(picture) { $1.latents }
    let again = Denoising(noise, through: schedule, prediction: prediction, with: denoiser)
      .reduce(noise) { $1.latents }
    return largestDifference(again, picture)
  }

  @Test(
    "denoising inverted latents gives them back: iterated, with every schedule, prediction and end",
    arguments: PredictionKind.allCases)
  func reverse(prediction: PredictionKind) throws {
    let noise = SamplerTests.stableDiffusion
    for sampler in [SamplerName.ddim, .euler] {
      for kind in sampler.schedules {
        for end in [1, noise.alphaBars[0]] {
          let schedule = try kind.schedule(
            steps: 10, sampler: sampler, noise: noise, stepsOffset: 1, finalAlphaBar: end)
          let errors = [0, 1, 3, 25].map { error(schedule, prediction, iterations: $0) }
          #expect(errors[3] < 1e-4, "\(sampler.rawValue) \(kind.rawValue): \(errors)")
          #expect(
            errors[1] < errors[0] && errors[2] < errors[1], "\(sampler.rawValue) \(kind.rawValue): \(errors)")
        }
      }
    }
  }

  @Test("a part of a schedule is inverted to the latents at its first level")
  func part() throws {
    let whole = try ScheduleKind.keras.schedule(steps: 10, noise: SamplerTests.stableDiffusion)
    #expect(error(whole.suffix(from: 6), .epsilon, iterations: 25) < 1e-4)
    let nothing = Array(Inversion(picture, through: whole.suffix(from: 10), with: denoiser(.epsilon)))
    #expect(nothing.isEmpty)
  }

  @Test("noise that does not depend on the latents is found without iterations")
  func constantNoise() throws {
    let noise = NoiseGenerator.numpy.normals(seed: 10, draw: 0, height: 3, width: 2, channels: 4)
    let schedule = try ScheduleKind.keras.schedule(steps: 8, noise: SamplerTests.stableDiffusion)
    let steps = Array(
      Inversion(picture, through: schedule, iterations: 0) { x, level in
        PredictionKind.epsilon.denoised(noisy: x, modelOutput: noise, level: level)
      })
    for step in steps {
      let alphaBar = schedule.levels[7 - step.index].alphaBar
      let expected = mix(Float(alphaBar.squareRoot()), picture, Float((1 - alphaBar).squareRoot()), noise)
      expectClose(step.latents.values, expected.values, within: 1e-5, "step \(step.index)")
    }
  }

  @Test("the levels are visited from the cleanest, each as often as there are iterations and once more")
  func evaluations() throws {
    let schedule = try ScheduleKind.keras.schedule(steps: 4, noise: SamplerTests.stableDiffusion)
    for iterations in 0...2 {
      var visited: [Double] = []
      let steps = Array(
        Inversion(
          picture, through: schedule, iterations: iterations,
          with: denoiser(.epsilon) { visited.append($0.timestep) }))
      #expect(steps.map(\.index) == [0, 1, 2, 3] && steps.allSatisfy { $0.count == 4 })
      #expect(
        visited == [1, 251, 501, 751].flatMap { Array(repeating: Double($0), count: 1 + iterations) })
      #expect(visited.count == Inversion.evaluations(steps: 4, iterations: iterations))
    }
  }
}
