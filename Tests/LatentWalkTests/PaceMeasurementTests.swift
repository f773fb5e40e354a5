import Foundation
import LatentWalk
import Media
import TestFolders
import Testing
import Walks

/// What is measured before the frames: an even pace, jumps and their bridges, the radius of a loop.
@Suite struct PaceMeasurementTests {
  private let models = TinyModel.models

  /// Of the model that comes with the program, which has seen pictures: the tests' own changes evenly anyway.
  private func draft() -> RecipeDraft {
    var draft = RecipeDraft(.interpolate, prompts: ["A photograph of a dog", "A photograph of a cat"])
    draft.model = FileRequest(TinyModel.bundled)
    (draft.seed, draft.steps, draft.frames) = (2, 6, 9)
    return draft
  }

  private func measured(_ measurement: some RecipeMeasurement) throws -> (MeasuredRecipe, Int) {
    var (measurement, frames) = (measurement, 0)
    while let event = try measurement.next() {
      if case .frame = event { frames += 1 }
    }
    return (measurement.result(), frames)
  }

  private func evenness(_ recipe: Recipe) throws -> Double {
    let frames = try TinyModel.renderer(recipe).frames(Array(0..<recipe.walk.timing.frameCount))
    var differences = FrameDifferences()
    for number in 0..<recipe.walk.timing.frameCount {
      if let frame = frames[number] { differences.add(frame.picture) }
    }
    return Smoothness(
      neighbours: differences.distances(apart: 1), secondNeighbours: differences.distances(apart: 2)
    ).evenness
  }

  @Test("a measured walk is evener, begins and ends as before, and takes as many frames more as were allowed")
  func even() throws {
    let recipe = try TinyModel.recipe(draft())
    let (result, frames) = try measured(PaceMeasurement(recipe, extra: 0.5, models: models))
    let path = result.recipe.walk.path
    let positions = (0..<9).map { result.recipe.walk.timing.position(of: $0, on: path).legs }
    #expect(positions.first == 0 && positions.last == 1)
    #expect(zip(positions, positions.dropFirst()).allSatisfy(<))
    #expect(frames >= 9 && frames <= 14 + 5, "\(frames) frames")
    let (before, after) = (try evenness(recipe), try evenness(result.recipe))
    #expect(after > before + 0.1, "\(after) after \(before)")
    #expect(result.findings.first?.contains("evenness") == true)
    #expect(result.recipe.isMeasured(from: recipe, extra: 0.5, findsRadius: false))
    #expect(!result.recipe.isMeasured(from: recipe, extra: 0.4, findsRadius: false))
  }

  @Test("a walk that is even as it is stays so, and what was looked at is kept")
  func alreadyEven() throws {
    let folder = try TemporaryFolder()
    var draft = RecipeDraft(.walk, prompts: ["an owl"])
    draft.model = FileRequest(TinyModel.bundled)
    (draft.seed, draft.steps, draft.frames) = (1, 8, 13)
    let recipe = try TinyModel.recipe(draft)
    let frames = folder.file("w.frames")
    var pace = try PaceMeasurement(recipe, extra: 0.3, models: models, keptIn: frames + "/probes")
    while try pace.next() != nil {}
    let measured = pace.result().recipe
    let plain = try TinyModel.renderer(recipe).frames(Array(0..<13))
    #expect(try TinyModel.renderer(measured).frames(Array(0..<13)) == plain)
    let directory = try FrameDirectory(path: frames, for: measured)
    try pace.handOver(to: directory)
    #expect(directory.missing().count == 13 - 5)
  }

  @Test("key frames on the way are shown as they are, at the frames that the time line gives them")
  func keyFrames() throws {
    var draft = TinyModel.draft(.interpolate, "a dog", "a cat", "an owl")
    draft.frames = 13
    let free = try measured(PaceMeasurement(TinyModel.recipe(draft), extra: 0.5, models: models)).0.recipe
    let positions = (0..<13).map { free.walk.timing.position(of: $0, on: free.walk.path).legs }
    #expect(positions.contains(1))
    draft.keyFrames[1].time = .at(.frames(3))
    draft.keyFrames[1].hold = .frames(2)
    let fixed = try measured(PaceMeasurement(TinyModel.recipe(draft), extra: 0.5, models: models)).0.recipe
    let held = (0..<13).map { fixed.walk.timing.position(of: $0, on: fixed.walk.path).legs }
    #expect(held[3...5].allSatisfy { $0 == 1 } && held[2] < 1 && held[6] > 1 && held[12] == 2)
  }

  @Test("frames that were rendered for measuring become the walk's, byte for byte; nothing else is left")
  func handOver() throws {
    let folder = try TemporaryFolder()
    let recipe = try TinyModel.recipe(draft())
    let frames = folder.file("walk.frames")
    var pace = try PaceMeasurement(recipe, extra: 0.5, models: models, keptIn: frames + "/probes")
    while try pace.next() != nil {}
    let measured = pace.result().recipe
    let directory = try FrameDirectory(path: frames, for: measured)
    try pace.handOver(to: directory)
    #expect(directory.missing().isEmpty)
    #expect(!FileManager.default.fileExists(atPath: frames + "/probes"))
    let rendered = try TinyModel.renderer(measured).frames(Array(0..<9))
    for number in 0..<9 { #expect(try directory.read(number) == rendered[number]?.picture) }
  }

  @Test("an interrupted measurement goes on with the frames that it has, and only with its own recipe's")
  func resumed() throws {
    let folder = try TemporaryFolder()
    let recipe = try TinyModel.recipe(draft())
    let probes = folder.file("probes")
    var first = try PaceMeasurement(recipe, extra: 0.5, models: models, keptIn: probes)
    var done = 0
    while done < 3, let event = try first.next() {
      if case .frame = event { done += 1 }
    }
    let (whole, frames) = try measured(PaceMeasurement(recipe, extra: 0.5, models: models))
    let (again, rest) = try measured(PaceMeasurement(recipe, extra: 0.5, models: models, keptIn: probes))
    #expect(again.recipe == whole.recipe && rest == frames - 3)
    var other = draft()
    other.seed = 99
    let (_, all) = try measured(
      PaceMeasurement(TinyModel.recipe(other), extra: 0.5, models: models, keptIn: probes))
    #expect(all >= 9)
  }

  @Test(
    "a loop's radius is halved while a step of it is seen as a cut, and the last radius's frames are kept")
  func loop() throws {
    let folder = try TemporaryFolder()
    var draft = TinyModel.draft(.loop, "a dog")
    draft.frames = 8
    let recipe = try TinyModel.recipe(draft)
    var loop = try LoopMeasurement(recipe, models: models, keptIn: folder.file("w.frames/probes"))
    while try loop.next() != nil {}
    let result = loop.result()
    let radii = loop.tried.map(\.radius)
    #expect(radii.first == 0.3 && zip(radii, radii.dropFirst()).allSatisfy { $1 == $0 / 2 })
    #expect(loop.tried.dropLast().allSatisfy { $0.largest > 0.06 })
    #expect(result.recipe.walk.loop?.radius == radii.last)
    #expect(result.recipe.isMeasured(from: recipe, extra: nil, findsRadius: true))
    #expect(radii.count == 1 || !result.recipe.isMeasured(from: recipe, extra: nil, findsRadius: false))
    let directory = try FrameDirectory(path: folder.file("w.frames"), for: result.recipe)
    try loop.handOver(to: directory)
    #expect(directory.missing().isEmpty)
  }

  @Test("a bridge is on one leg, its frames are made anew, and the recipe renders the same in any batch")
  func bridges() throws {
    var recipe = try TinyModel.recipe(draft())
    recipe = try recipe.with { walk in
      walk.between = Recipe.Between(bridging: .crossFade)
      walk.between?.bridges = [Recipe.Bridge(from: 0.25, to: 0.75, method: .crossFade)]
    }
    let frames = try TinyModel.renderer(recipe, batch: 9).frames(Array(0..<9))
    let alone = try TinyModel.renderer(recipe, batch: 1).frames([4])
    #expect(alone[4] == frames[4])
    let ends = [frames[2], frames[6]].compactMap { $0?.latents }
    let middle = zip(ends[0], ends[1]).map { ($0 + $1) / 2 }
    #expect(zip(frames[4]?.latents ?? [], middle).allSatisfy { abs($0 - $1) < 1e-4 })
  }
}
