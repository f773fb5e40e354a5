import LatentWalk
import TestFolders
import Testing
import Walks

/// When the key frames of a draft are shown.
@Suite struct TimeLineTests {
  private typealias Knot = Timing.Knot
  typealias KeyFrame = RecipeDraft.KeyFrame

  private static func draft(
    _ keyFrames: [KeyFrame], frames: Int? = nil, isLoop: Bool = false
  ) -> RecipeDraft {
    var draft = TinyModel.draft(.interpolate)
    (draft.keyFrames, draft.frames, draft.isLoop, draft.fps) = (keyFrames, frames, isLoop, 10)
    return draft
  }

  private func timing(_ keyFrames: [KeyFrame], frames: Int? = nil, isLoop: Bool = false) throws -> Timing {
    try TinyModel.recipe(Self.draft(keyFrames, frames: frames, isLoop: isLoop)).walk.timing
  }

  private func knots(_ places: (frame: Double, position: Double)...) -> [Timing.Knot] {
    places.map { Knot(frame: $0.frame, position: $0.position) }
  }

  @Test("key frames without times follow each other evenly, in as many frames as were asked for, or 60")
  func plain() throws {
    let three = [KeyFrame.at(nil), .at(nil), .at(nil)]
    #expect(try timing(three) == Timing(frameCount: 60))
    #expect(try timing(three, frames: 7) == Timing(frameCount: 7))
    #expect(try timing(three, isLoop: true) == Timing(frameCount: 60))
  }

  @Test("times are in frames or seconds, and the last one is the last frame")
  func times() throws {
    let frames = [KeyFrame.at(nil), .at(.frames(10)), .at(.frames(30))]
    #expect(try timing(frames) == Timing(frameCount: 31, knots: knots((0, 0), (10, 1), (30, 2))))
    // 10 a second; 2.54 s are frame 25.4, which is rounded, so that the key frame is shown.
    let seconds = [KeyFrame.at(.seconds(0.5)), .at(.seconds(1)), .at(.seconds(2.54))]
    #expect(try timing(seconds) == Timing(frameCount: 26, knots: knots((5, 0), (10, 1), (25, 2))))
  }

  @Test("a time after another is counted from that key frame and its hold")
  func after() throws {
    var first = KeyFrame.at(nil)
    first.hold = .frames(3)
    let found = try timing([
      first, .after(.frames(5)), .after(.seconds(1)), .at(.frames(40)), .after(.frames(2)),
    ])
    #expect(
      found
        == Timing(frameCount: 43, knots: knots((0, 0), (3, 0), (8, 1), (18, 2), (40, 3), (42, 4))))
  }

  @Test("a hold keeps the walk at its key frame, and lengthens it")
  func holds() throws {
    let keyFrames = [
      KeyFrame.at(nil, hold: .frames(2)), .at(.frames(10), hold: .seconds(0.5)),
      .at(.frames(20), hold: .frames(4)),
    ]
    let expected = knots((0, 0), (2, 0), (10, 1), (15, 1), (20, 2), (24, 2))
    #expect(try timing(keyFrames) == Timing(frameCount: 25, knots: expected))
    // Less than half a frame is none.
    #expect(
      try timing([.at(nil, hold: .frames(0.4)), .at(.frames(4))])
        == Timing(frameCount: 5, knots: knots((0, 0), (4, 1))))
  }

  @Test("an easing belongs to the way from its key frame, after the hold")
  func easings() throws {
    let own = try #require(Easing(controls: [0.1, 0.2, 0.3, 0.4]))
    let keyFrames = [
      KeyFrame.at(nil, hold: .frames(2), easing: .smooth), .at(.frames(10), easing: .linear),
      .at(.frames(20), easing: own), .at(.frames(30), easing: .in),
    ]
    #expect(
      try timing(keyFrames).knots == [
        Knot(frame: 0, position: 0), Knot(frame: 2, position: 0, easing: .smooth),
        Knot(frame: 10, position: 1), Knot(frame: 20, position: 2, easing: own),
        Knot(frame: 30, position: 3, easing: .in),
      ])
    let plain = [KeyFrame.at(nil, easing: .out), .at(nil)]
    #expect(
      try timing(plain, frames: 5)
        == Timing(
          frameCount: 5, knots: [Knot(frame: 0, position: 0, easing: .out), Knot(frame: 4, position: 1)]))
  }

  @Test("unknown times are spread evenly between the known ones, holds left out")
  func spread() throws {
    let even = [KeyFrame.at(nil), .at(nil), .at(nil), .at(.frames(30)), .at(nil), .at(.frames(40))]
    #expect(
      try timing(even)
        == Timing(frameCount: 41, knots: knots((0, 0), (10, 1), (20, 2), (30, 3), (35, 4), (40, 5))))
    // 30 frames with 6 held leave 8 for each leg.
    let held = [KeyFrame.at(nil, hold: .frames(4)), .at(nil, hold: .frames(2)), .at(nil), .at(.frames(30))]
    #expect(
      try timing(held)
        == Timing(frameCount: 31, knots: knots((0, 0), (4, 0), (12, 1), (14, 1), (22, 2), (30, 3))))
  }

  @Test("where the frames are given, the last key frame without a time is at their end")
  func givenFrames() throws {
    #expect(
      try timing([.at(nil), .at(.frames(10)), .at(nil)], frames: 31)
        == Timing(frameCount: 31, knots: knots((0, 0), (10, 1), (30, 2))))
    #expect(
      try timing([.at(nil), .at(.frames(10)), .at(nil, hold: .frames(5))], frames: 31)
        == Timing(frameCount: 31, knots: knots((0, 0), (10, 1), (25, 2), (30, 2))))
    // A last time before the end is held until then.
    #expect(
      try timing([.at(nil), .at(.frames(10))], frames: 31)
        == Timing(frameCount: 31, knots: knots((0, 0), (10, 1))))
    // Without a number there are 60.
    #expect(
      try timing([.at(nil), .at(.frames(10)), .at(nil)])
        == Timing(frameCount: 60, knots: knots((0, 0), (10, 1), (59, 2))))
  }

  @Test("a loop closes with a leg as long as the others are on average, or with the frames that are left")
  func loops() throws {
    let keyFrames = [KeyFrame.at(nil), .at(.frames(10)), .at(.frames(30))]
    let closed = Timing(frameCount: 45, knots: knots((0, 0), (10, 1), (30, 2), (45, 3)))
    #expect(try timing(keyFrames, isLoop: true) == closed)
    #expect(
      try timing(keyFrames, frames: 40, isLoop: true)
        == Timing(frameCount: 40, knots: knots((0, 0), (10, 1), (30, 2), (40, 3))))
    // Holds are no part of a leg: 20 and 16 frames, 18 on average.
    let held = [
      KeyFrame.at(nil, hold: .frames(5)), .at(.frames(25), hold: .frames(4)),
      .at(.frames(45), hold: .frames(3)),
    ]
    #expect(
      try timing(held, isLoop: true)
        == Timing(
          frameCount: 66,
          knots: knots((0, 0), (5, 0), (25, 1), (29, 1), (45, 2), (48, 2), (66, 3))))
    #expect(
      try timing([.at(nil, hold: .frames(3)), .at(nil), .at(nil)], frames: 30, isLoop: true)
        == Timing(frameCount: 30, knots: knots((0, 0), (3, 0), (12, 1), (21, 2), (30, 3))))
  }

  /// Key frames whose times do not fit, the field that is named, and parts of the sentence.
  struct Refusal: Sendable, CustomTestStringConvertible {
    let keyFrames: [KeyFrame]
    var frames: Int?
    var isLoop = false
    let field: String
    let parts: [String]

    var testDescription: String { parts.joined(separator: ", ") }
  }

  @Test(
    "times that do not fit are refused with the key frame, the frame, and what would be accepted",
    arguments: [
      Refusal(
        keyFrames: [.at(nil), .at(.frames(20)), .at(.frames(10))], field: "keyFrames[2]",
        parts: ["at frame 10", "after the key frame before it", "until frame 20"]),
      Refusal(
        keyFrames: [.at(nil), .at(.frames(10)), .at(.seconds(1))], field: "keyFrames[2]",
        parts: ["at frame 10", "until frame 10"]),
      Refusal(
        keyFrames: [.at(nil, hold: .frames(12)), .at(.frames(10))], field: "keyFrames[1]",
        parts: ["at frame 10", "until frame 12"]),
      Refusal(
        keyFrames: [.at(nil), .after(.frames(0))], field: "keyFrames[1]",
        parts: ["at frame 0", "until frame 0"]),
      Refusal(
        keyFrames: [.at(nil), .at(.frames(30))], frames: 30, field: "keyFrames[1]",
        parts: ["at frame 30", "30 frames, 0 to 29"]),
      Refusal(
        keyFrames: [.at(nil), .at(.frames(20), hold: .frames(10))], frames: 30, field: "keyFrames[1]",
        parts: ["at frame 20, held for 10", "0 to 29"]),
      Refusal(
        keyFrames: [.at(nil), .at(.frames(30))], frames: 30, isLoop: true, field: "keyFrames[1]",
        parts: ["at frame 30", "0 to 29"]),
      Refusal(
        keyFrames: [.after(.frames(3)), .at(nil)], field: "keyFrames[0].after",
        parts: ["after a key frame without a time", "'at'"]),
      Refusal(
        keyFrames: [.at(nil), .at(nil), .after(.frames(3))], field: "keyFrames[2].after",
        parts: ["after a key frame without a time", "give the key frame before it a time"]),
      Refusal(
        keyFrames: [.at(nil), .at(nil), .at(nil), .at(.frames(2))], field: "keyFrames[2]",
        parts: ["at frame 1", "until frame 1"]),
      Refusal(keyFrames: [.at(nil), .at(.frames(1e23))], field: "keyFrames[1]", parts: ["100000 frames"]),
      Refusal(
        keyFrames: [.at(nil), .at(.frames(1e23))], frames: 30, field: "keyFrames[1]", parts: ["100000 frames"]
      ),
      Refusal(
        keyFrames: [.at(nil), .after(.seconds(1e300))], field: "keyFrames[1]", parts: ["100000 frames"]),
      Refusal(keyFrames: [.at(nil), .at(.frames(.nan))], field: "keyFrames[1]", parts: ["100000 frames"]),
      Refusal(keyFrames: [.at(nil), .at(.seconds(-1))], field: "keyFrames[1]", parts: ["100000 frames"]),
      Refusal(
        keyFrames: [.at(nil, hold: .frames(.infinity)), .at(nil)], field: "keyFrames[0]",
        parts: ["100000 frames"]),
      Refusal(
        keyFrames: [.at(nil, hold: .frames(-3)), .at(nil)], field: "keyFrames[0]", parts: ["100000 frames"]),
    ])
  func refusals(refusal: Refusal) throws {
    let draft = Self.draft(refusal.keyFrames, frames: refusal.frames, isLoop: refusal.isLoop)
    let error = #expect(throws: RecipeError.self) { try TinyModel.recipe(draft) }
    #expect(error?.field == refusal.field)
    for part in refusal.parts { #expect(error?.description.contains(part) == true, "\(error!)") }
  }

  @Test(
    "a time line belongs to an interpolation; other kinds refuse it by its key frame",
    arguments: Recipe.WalkKind.allCases.filter { $0 != .interpolate })
  func otherKinds(kind: Recipe.WalkKind) throws {
    for keyFrame in [
      KeyFrame.at(.frames(3)), .after(.frames(3)), .at(nil, hold: .frames(1)), .at(nil, easing: .smooth),
    ] {
      var draft = TinyModel.draft(kind)
      draft.keyFrames = [KeyFrame(prompt: "a dog"), keyFrame]
      let error = #expect(throws: RecipeError.self) { try TinyModel.recipe(draft) }
      #expect(error?.field == "keyFrames[1]" && error?.description.contains(kind.rawValue) == true)
    }
  }

  @Test("numbers that no walk has are refused, and not computed with")
  func extremes() throws {
    for edit in [
      { $0.frames = .max }, { $0.frames = .min }, { $0.fps = .nan },
      { ($0.kind, $0.frames) = (.drift, .max) }, { ($0.kind, $0.frames) = (.drift, .min) },
      { ($0.kind, $0.drift.angle) = (.drift, .nan) }, { ($0.kind, $0.drift.angle) = (.drift, -1) },
      { ($0.kind, $0.frames) = (.walk, .min) },
      { ($0.kind, $0.frames, $0.grid) = (.grid, nil, Recipe.Grid(columns: .max, rows: .max)) },
      { ($0.kind, $0.steps) = (.denoise, 0) }, { ($0.kind, $0.steps) = (.denoise, .max) },
      { ($0.kind, $0.sampler, $0.schedule) = (.denoise, .lcm, .karras) },
    ] as [(inout RecipeDraft) -> Void] {
      var draft = Self.draft([.at(nil), .at(.seconds(1))])
      edit(&draft)
      if draft.kind != .interpolate { draft.keyFrames = [KeyFrame(prompt: "a dog")] }
      if draft.kind == .grid { draft.keyFrames += draft.keyFrames }
      #expect(throws: (any Error).self, "\(draft)") { try TinyModel.recipe(draft) }
    }
    // A drift may turn with each frame, or never.
    for (turn, legs) in [(1, 4), (2, 2), (3, 2), (4, 1), (.max, 1), (0, 4), (.min, 4)] {
      var draft = TinyModel.draft(.drift, "a dog")
      draft.drift.turn = turn
      #expect(try TinyModel.recipe(draft).walk.drift?.legs == legs, "\(turn)")
    }
  }
}

extension RecipeDraft.KeyFrame {
  fileprivate static func at(
    _ time: RecipeDraft.Length?, hold: RecipeDraft.Length? = nil, easing: Easing = .linear
  ) -> Self {
    var keyFrame = Self(prompt: "a dog")
    (keyFrame.time, keyFrame.hold, keyFrame.easing) = (time.map { .at($0) }, hold, easing)
    return keyFrame
  }

  fileprivate static func after(_ length: RecipeDraft.Length) -> Self {
    var keyFrame = Self(prompt: "a cat")
    keyFrame.time = .after(length)
    return keyFrame
  }
}
