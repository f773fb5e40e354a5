import Sampling
import Testing

private let stableDiffusion = NoiseSchedule(
  betaStart: 0.00085, betaEnd: 0.012, kind: .scaledLinear, trainSteps: 1000)

@Suite struct ScheduleTests {
  @Test("the noise a model was trained with agrees with diffusers")
  func alphaBars() throws {
    for golden in try Golden.load().alphaBars {
      let kind = try #require(NoiseSchedule.Kind(rawValue: golden.kind))
      let noise = NoiseSchedule(
        betaStart: golden.start, betaEnd: golden.end, kind: kind, trainSteps: 1000)
      #expect(noise.alphaBars.count == 1000)
      for (timestep, expected) in golden.alphaBars {
        let found = noise.alphaBars[try #require(Int(timestep))]
        #expect(abs(found / expected - 1) < 2e-6, "\(golden.kind) at \(timestep): \(found), not \(expected)")
      }
    }
  }

  @Test("Stable Diffusion's first, second and last level have the reference's figures")
  func referenceFigures() {
    #expect(abs(stableDiffusion.alphaBars[0] - 0.99915) < 1e-9)
    #expect(abs(stableDiffusion.alphaBars[1] - 0.998296) < 5e-7)
    #expect(abs(stableDiffusion.alphaBars[999] - 0.0046600983) < 1e-9)
  }

  @Test(
    "the schedules of whole timesteps visit the reference's timesteps for every number of steps from 1 to 1000"
  )
  func everyNumberOfSteps() throws {
    let golden = try Golden.load().schedules
    for schedule in [ScheduleKind.keras, .keras09, .leading] {
      let expected = try #require(golden[schedule.rawValue])
      for steps in 1...1000 {
        let levels = try schedule.schedule(steps: steps, noise: stableDiffusion).levels
        let checksum = levels.enumerated().reduce(0) { $0 + ($1.offset + 1) * Int($1.element.timestep) }
        #expect([levels.count, checksum] == expected[steps - 1], "\(schedule.rawValue), \(steps) steps")
        #expect(levels.allSatisfy { $0.alphaBar == stableDiffusion.alphaBars[Int($0.timestep)] })
      }
    }
  }

  @Test(
    "the schedule keras can visit more or fewer levels than requested",
    arguments: [(1, 1), (25, 25), (30, 31), (50, 50), (64, 67), (999, 999), (1000, 999)])
  func kerasCounts(steps: Int, count: Int) throws {
    #expect(try ScheduleKind.keras.schedule(steps: steps, noise: stableDiffusion).count == count)
  }

  @Test("a single step begins at 1 with keras, at 0 with keras-0.9 and at the offset with leading")
  func singleStep() throws {
    func timesteps(_ schedule: ScheduleKind) throws -> [Double] {
      try schedule.schedule(steps: 1, noise: stableDiffusion, stepsOffset: 7).levels.map(\.timestep)
    }
    #expect(try timesteps(.keras) == [1])
    #expect(try timesteps(.keras09) == [0])
    #expect(try timesteps(.leading) == [7])
  }

  @Test("keras and keras-0.9 end without noise; leading ends where the model says")
  func finalLevel() throws {
    for schedule in [ScheduleKind.keras, .keras09] {
      let levels = try schedule.schedule(steps: 25, noise: stableDiffusion, finalAlphaBar: 0.5)
      #expect(levels.finalAlphaBar == 1)
    }
    let first = stableDiffusion.alphaBars[0]
    let leading = try ScheduleKind.leading.schedule(
      steps: 25, noise: stableDiffusion, stepsOffset: 1, finalAlphaBar: first)
    #expect(leading.finalAlphaBar == first)
    #expect(leading.levels.last?.timestep == 1)
    #expect(leading.alphaBar(after: 23) == stableDiffusion.alphaBars[1])
    #expect(leading.alphaBar(after: 24) == first)
  }

  @Test("no steps, and more than the training had, are refused with a sentence", arguments: [-1, 0, 1001])
  func impossibleSteps(steps: Int) {
    for schedule in ScheduleKind.allCases {
      let error = #expect(throws: ScheduleError.self) {
        try schedule.schedule(steps: steps, noise: stableDiffusion)
      }
      #expect(error?.description == "\(steps) steps are not possible with this model; choose 1 to 1000.")
    }
  }

  @Test("a schedule that would leave the training's levels is refused with a sentence")
  func beyondTraining() {
    let error = #expect(throws: ScheduleError.self) {
      try ScheduleKind.leading.schedule(steps: 1000, noise: stableDiffusion, stepsOffset: 1)
    }
    #expect(
      error?.description == """
        1000 steps with the model's offset of 1 need the noise level 1000, but the model was trained with 0 to 999; \
        choose fewer steps or another schedule.
        """)
    for offset in [-1, 5000] {
      #expect(throws: ScheduleError.self) {
        try ScheduleKind.leading.schedule(steps: 10, noise: stableDiffusion, stepsOffset: offset)
      }
    }
  }
}
