/// Samplers that read the name of a schedule in the same way. The families are those of diffusers' schedulers, which
/// visit different levels under one name.
enum SamplerFamily {
  /// DDIM and PNDM: whole timesteps.
  case strided
  /// Euler, Euler ancestral, Heun and LMS, which came from k-diffusion: also levels between those of the training.
  case continuous
  /// DPM-Solver++ and UniPC: as many intervals as steps; a step begins at the noisy end of each.
  case intervals
  /// LCM: some of the fifty levels at which the model was distilled.
  case distilled
  /// TCD: the levels of LCM, down to the cleanest of the training.
  case trajectory

  /// The schedule of the family where none is given. For samplers of higher order the Keras example's, which serves DDIM,
  /// leaves noise behind: with 10 steps of DPM-Solver++ the picture is 16 dB from the converged one, with Karras' 22 dB.
  var defaultSchedule: ScheduleKind {
    switch self {
    case .strided: .keras
    case .continuous, .intervals: .karras
    case .distilled, .trajectory: .trailing
    }
  }
}

/// What a schedule means for a family of samplers.
struct ScheduleEntry {
  /// Where a step ends. After the last, no noise is left, or what the model's scheduler says.
  enum StepEnd {
    case nextLevel
    /// T / steps timesteps further down, rounded, whether or not the next step begins just there.
    case stride
    /// The next level; after the last, the cleanest level of the training.
    case nextLevelOrCleanest
  }

  /// What noise of variance one is multiplied by before the first step.
  enum NoiseScale {
    case one
    /// sqrt(1 - abar), as in the training: `init_noise_sigma` of diffusers' schedulers of sigmas.
    case training
  }

  /// What the network is given for a level between two timesteps of the training.
  enum TimestepInput {
    case exact, nearest
    /// The next whole timestep below. Logarithms in single precision have left the noisiest level just below its
    /// whole number in diffusers, which is why a little is taken away.
    case below
  }

  let levels: LevelRule
  var timestepInput = TimestepInput.exact
  var stepEnd = StepEnd.nextLevel
  var noiseScale = NoiseScale.one
}

extension ScheduleKind {
  /// The whole table of schedules and families; nil where they make no sense together. `LevelRule` gives the equations.
  func entry(for family: SamplerFamily) -> ScheduleEntry? {
    switch (self, family) {
    case (.keras, .strided), (.keras, .continuous), (.keras, .intervals):
      ScheduleEntry(levels: .stridesFromOne)
    case (.keras09, .strided), (.keras09, .continuous), (.keras09, .intervals):
      ScheduleEntry(levels: .evenWholeTimesteps)

    case (.leading, .strided): ScheduleEntry(levels: .multiples, stepEnd: .stride)
    case (.leading, .continuous): ScheduleEntry(levels: .multiples)
    case (.leading, .intervals): ScheduleEntry(levels: .multiplesOfIntervals)

    case (.trailing, .strided): ScheduleEntry(levels: .fromLast, stepEnd: .stride)
    case (.trailing, .continuous): ScheduleEntry(levels: .fromLast, noiseScale: .training)
    case (.trailing, .intervals): ScheduleEntry(levels: .fromLast)
    case (.trailing, .distilled): ScheduleEntry(levels: .distilled)
    case (.trailing, .trajectory): ScheduleEntry(levels: .distilled, stepEnd: .nextLevelOrCleanest)

    case (.linspace, .strided): ScheduleEntry(levels: .evenWholeTimesteps, stepEnd: .stride)
    case (.linspace, .continuous): ScheduleEntry(levels: .evenTimesteps, noiseScale: .training)
    case (.linspace, .intervals): ScheduleEntry(levels: .evenIntervals)

    case (.karras, .strided): ScheduleEntry(levels: .karras(singleStep: .cleanest))
    case (.karras, .continuous): ScheduleEntry(levels: .karras(singleStep: .cleanest), noiseScale: .training)
    case (.karras, .intervals): ScheduleEntry(levels: .karras(singleStep: .noisiest), timestepInput: .nearest)

    case (.exponential, .strided): ScheduleEntry(levels: .exponential(singleStep: .cleanest))
    case (.exponential, .continuous):
      ScheduleEntry(levels: .exponential(singleStep: .cleanest), noiseScale: .training)
    case (.exponential, .intervals):
      ScheduleEntry(levels: .exponential(singleStep: .noisiest), timestepInput: .below)

    case (.ays, .strided), (.ays, .intervals): ScheduleEntry(levels: .alignYourSteps)
    case (.ays, .continuous): ScheduleEntry(levels: .alignYourSteps, noiseScale: .training)

    // LCM and TCD have levels of their own, whatever the name.
    case (_, .distilled), (_, .trajectory): nil
    }
  }
}
