import Sampling
import Tensors
import Testing

/// Denoising that begins at a later step, and looking at latents on the way.
@Suite struct LaterBeginningTests {
  private static let noises = NoiseGenerator.pytorch.normals(
    seed: 3, draws: 0..<9, height: 2, width: 2, channels: 4)
  private static let multistep: [SamplerName] = [.dpmSolver, .dpmSolverSDE, .unipc, .pndm, .lms]

  private func schedule(_ sampler: SamplerName) throws -> SamplingSchedule {
    try sampler.defaultSchedule.schedule(steps: 8, sampler: sampler, noise: SamplerTests.stableDiffusion)
  }

  private func denoising(
    _ latents: Tensor, _ schedule: SamplingSchedule, _ stepNoises: ArraySlice<Tensor>
  ) -> Denoising {
    Denoising(latents, through: schedule, stepNoises: Array(stepNoises)) {
      PredictionKind.epsilon.denoised(noisy: $0, modelOutput: SamplerTests.network($0, $1), level: $1)
    }
  }

  @Test("denoising from the latents of any step ends as it would have", arguments: SamplerName.allCases)
  func suffixes(sampler: SamplerName) throws {
    let (schedule, noises) = (try schedule(sampler), Self.noises)
    var whole = denoising(noises[0], schedule, noises[1...])
    var before: [Tensor] = []
    for _ in 0..<schedule.count {
      before.append(whole.latents)
      _ = whole.next()
    }
    #expect(before[0].values == (Float(schedule.noiseScale) * noises[0]).values)
    for (step, latents) in before.enumerated() {
      let rest = schedule.suffix(from: step)
      #expect(rest.count == schedule.count - step && rest.levels == Array(schedule.levels[step...]))
      #expect(rest.finalAlphaBar == schedule.finalAlphaBar && rest.noiseScale == 1)
      let result = denoising(latents, rest, noises[(1 + step)...]).reduce(latents) { $1.latents }
      let isSame = result.values == whole.latents.values
      // Multistep samplers begin anew; where one step is left, or none was taken, that makes no difference to most.
      if Self.multistep.contains(sampler), 1..<schedule.count - 1 ~= step {
        #expect(!isSame, "\(sampler.rawValue) from \(step)")
      } else if !Self.multistep.contains(sampler) || step == 0 {
        #expect(isSame, "\(sampler.rawValue) from \(step)")
      }
    }
  }

  @Test("the latents before a step are those after the one before it, and at the end the result")
  func latentsBefore() throws {
    var steps = denoising(Self.noises[0], try schedule(.ddim), Self.noises[1...])
    while true {
      let before = steps.latents
      guard let step = steps.next() else {
        #expect(steps.latents.values == before.values)
        break
      }
      #expect(step.latents.values == steps.latents.values && before.values != step.latents.values)
    }
  }

  @Test("no steps are left after the last, and latents stay as they are")
  func nothingLeft() throws {
    let schedule = try schedule(.ddim)
    let nothing = schedule.suffix(from: schedule.count)
    #expect(nothing.count == 0 && nothing.finalAlphaBar == 1)
    #expect(Array(denoising(Self.noises[0], nothing, [])).isEmpty)
  }

  @Test("latents are shown with the variance of denoised ones in every step, and the result as it is")
  func displayed() throws {
    let variance = 0.64
    let noises = NoiseGenerator.pytorch.normals(seed: 5, draws: 0..<2, height: 64, width: 64, channels: 4)
    let (picture, noise) = (0.8 * noises[0], noises[1])
    let schedule = try schedule(.ddim)
    for step in 0...schedule.count {
      let alphaBar = step == 0 ? schedule.levels[0].alphaBar : schedule.alphaBar(after: step - 1)
      let noisy = mix(Float(alphaBar.squareRoot()), picture, Float((1 - alphaBar).squareRoot()), noise)
      let shown = schedule.displayed(noisy, afterSteps: step, variance: variance)
      let found = shown.values.reduce(0) { $0 + Double($1 * $1) } / Double(shown.count)
      #expect(abs(found - variance) < 0.03, "after \(step) steps: \(found)")
      if step == schedule.count { #expect(shown.values == picture.values) }
      #expect(schedule.displayed(noisy, afterSteps: step).values == noisy.values)
    }
  }
}
