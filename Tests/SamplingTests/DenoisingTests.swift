import Foundation
import Sampling
import Tensors
import Testing

private let stableDiffusion = NoiseSchedule(
  betaStart: 0.00085, betaEnd: 0.012, kind: .scaledLinear, trainSteps: 1000)

@Suite struct DenoisingTests {
  @Test("ddim follows diffusers for both predictions, both curves, and all offsets and numbers of steps")
  func diffusers() throws {
    let start = Tensor(shape: [1, 1, 2, 4], values: (0..<8).map { -2 + 4 * Float($0) / 7 })
    for golden in try Golden.load().denoised {
      let prediction = try #require(PredictionKind(rawValue: golden.prediction))
      let kind = try #require(NoiseSchedule.Kind(rawValue: golden.kind))
      let noise = NoiseSchedule(betaStart: 0.00085, betaEnd: 0.012, kind: kind, trainSteps: 1000)
      let levels = try ScheduleKind.leading.schedule(
        steps: golden.steps, noise: noise, stepsOffset: golden.offset,
        finalAlphaBar: golden.setAlphaToOne ? 1 : noise.alphaBars[0])
      #expect([levels.levels[0].timestep, levels.levels[levels.count - 1].timestep] == golden.timesteps)

      let result = denoise(start, through: levels) { x, level in
        let strength = 0.5 + Float(level.timestep) / 2000
        let modelOutput = Tensor(shape: x.shape, values: x.values.map { sin(3 * $0) * strength })
        return prediction.denoised(noisy: x, modelOutput: modelOutput, level: level)
      }
      expectClose(result.values, golden.result, within: 1e-4, "\(golden)")
    }
  }

  @Test(
    "a constant answer of 0.5 leads from 1 to the reference's number",
    arguments: [
      (ScheduleKind.keras, 25, 5.8807676663), (.keras, 50, 6.5982588301), (.keras09, 25, 7.3414930969),
      (.keras09, 50, 7.3414930969),
    ] as [(ScheduleKind, Int, Float)])
  func constantAnswer(schedule: ScheduleKind, steps: Int, expected: Float) throws {
    let levels = try schedule.schedule(steps: steps, noise: stableDiffusion)
    let result = denoise(Tensor(shape: [1, 1, 1, 1], values: [1]), through: levels) { x, level in
      PredictionKind.epsilon.denoised(
        noisy: x, modelOutput: Tensor(shape: x.shape, repeating: 0.5), level: level)
    }
    expectClose(result.values, [expected], within: 3e-6)
  }

  @Test(
    "an answer of 0.9 x leads from 1 to the reference's number",
    arguments: [(25, 0.6777280324), (50, 0.6897497786)] as [(Int, Float)])
  func proportionalAnswer(steps: Int, expected: Float) throws {
    let levels = try ScheduleKind.keras.schedule(steps: steps, noise: stableDiffusion)
    let result = denoise(Tensor(shape: [1, 1, 1, 1], values: [1]), through: levels) { x, level in
      PredictionKind.epsilon.denoised(noisy: x, modelOutput: 0.9 * x, level: level)
    }
    expectClose(result.values, [expected], within: 3e-6)
  }

  @Test("both predictions find the denoised latents again from the answer they were trained for")
  func predictions() {
    let level = NoiseLevel(timestep: 400, alphaBar: 0.36)
    let denoised = Tensor(shape: [1, 1, 1, 3], values: [-1, 0.25, 2])
    let noise = Tensor(shape: [1, 1, 1, 3], values: [0.5, -2, 1])
    let noisy = mix(0.6, denoised, 0.8, noise)
    let velocity = mix(0.6, noise, -0.8, denoised)
    expectClose(
      PredictionKind.epsilon.denoised(noisy: noisy, modelOutput: noise, level: level).values, denoised.values,
      within: 1e-6)
    expectClose(
      PredictionKind.velocity.denoised(noisy: noisy, modelOutput: velocity, level: level).values,
      denoised.values,
      within: 1e-6)
  }

  @Test("a denoiser that knows the denoised latents gets them as the result and as every estimate")
  func perfectDenoiser() throws {
    let denoised = Tensor(shape: [2, 1, 1, 2], values: [3, -1, 0.5, 7])
    let levels = try ScheduleKind.keras.schedule(steps: 4, noise: stableDiffusion)
    let steps = Array(
      Denoising(Tensor(shape: [2, 1, 1, 2], values: [1, 2, -1, 0]), through: levels) { _, _ in denoised })
    #expect(steps.map(\.index) == [0, 1, 2, 3])
    #expect(steps.allSatisfy { $0.count == 4 && $0.estimate.values == denoised.values })
    expectClose(try #require(steps.last).latents.values, denoised.values, within: 1e-6)
    #expect(steps[0].latents.values != denoised.values)
  }

  @Test("steps are computed when they are requested, so that a loop can stop")
  func lazySteps() throws {
    var evaluated: [Double] = []
    let levels = try ScheduleKind.keras.schedule(steps: 10, noise: stableDiffusion)
    let noise = Tensor(shape: [1, 1, 1, 1], values: [1])
    for step in Denoising(
      noise, through: levels,
      with: { x, level in
        evaluated.append(level.timestep)
        return x
      }) where step.index == 2
    {
      break
    }
    #expect(evaluated == [901, 801, 701])
  }

  @Test("guidance of 1 is the conditional modelOutput, 0 the unconditional one, and 7.5 leads beyond")
  func guidance() {
    let unconditional = Tensor(shape: [1, 1, 1, 2], values: [1, -2])
    let conditional = Tensor(shape: [1, 1, 1, 2], values: [3, 2])
    func guide(_ scale: Float) -> [Float] {
      guided(unconditional: unconditional, conditional: conditional, scale: scale).values
    }
    #expect(guide(0) == [1, -2])
    #expect(guide(1) == [3, 2])
    #expect(guide(7.5) == [16, 28])
  }

  private func denoise(_ noise: Tensor, through levels: SamplingSchedule, with denoiser: @escaping Denoiser)
    -> Tensor
  {
    Denoising(noise, through: levels, with: denoiser).reduce(noise) { $1.latents }
  }
}
