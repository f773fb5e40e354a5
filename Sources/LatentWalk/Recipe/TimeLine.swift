import Walks

/// When the key frames of a draft are shown: the frame of each, and for how many frames it is held.
///
/// Times are rounded to whole frames, so that each key frame is shown as it is. Key frames without a time of their own
/// are spread evenly between their neighbours.
struct TimeLine {
  let frameCount: Int
  /// Nil where the key frames follow each other evenly and nothing is held.
  let knots: [Timing.Knot]?

  var timing: Timing { Timing(frameCount: frameCount, knots: knots) }

  private let keyFrames: [RecipeDraft.KeyFrame]
  private let holds: [Double]

  /// - Throws: `RecipeError` with the key frame whose time does not fit.
  init(_ draft: RecipeDraft) throws(RecipeError) {
    keyFrames = draft.keyFrames
    holds = keyFrames.map { ($0.hold?.frames(fps: draft.fps) ?? 0).rounded() }
    let isPlain = keyFrames.allSatisfy { $0.time == nil && $0.hold == nil && $0.easing == .linear }
    guard draft.kind == .interpolate, !isPlain else {
      if let index = keyFrames.firstIndex(where: { $0.time != nil || $0.hold != nil || $0.easing != .linear })
      {
        throw .invalid(
          field: "keyFrames[\(index)]", found: "at a time of its own",
          accepted: "none for \(draft.kind.rawValue)")
      }
      (frameCount, knots) = (draft.frames ?? RecipeDraft.defaultFrames, nil)
      return
    }
    var starts = try Self.given(keyFrames, holds, fps: draft.fps)
    frameCount = Self.frameCount(draft, starts, holds)
    // The end of an open walk is its last frame; a loop's is the frame after it, which is the first again.
    let end = draft.isLoop ? Double(frameCount) : Double(frameCount - 1) - (holds.last ?? 0)
    if draft.isLoop {
      starts.append(end)
    } else if starts.last == .some(nil) {
      starts[starts.count - 1] = end
    }
    let whole = Self.spread(starts, holds)
    try Self.requireOrder(whole, holds, end: end, frameCount: frameCount, draft)
    knots = Self.knots(whole, holds, keyFrames)
  }

  /// The times that are given, in frames.
  private static func given(
    _ keyFrames: [RecipeDraft.KeyFrame], _ holds: [Double], fps: Double
  ) throws(RecipeError) -> [Double?] {
    var starts: [Double?] = []
    for (index, keyFrame) in keyFrames.enumerated() {
      switch keyFrame.time {
      case .at(let length): starts.append(length.frames(fps: fps).rounded())
      case .after(let length):
        guard index > 0, let before = starts[index - 1] else {
          throw .invalid(
            field: "keyFrames[\(index)].after", found: "a length after a key frame without a time",
            accepted: "'at', or give the key frame before it a time")
        }
        starts.append((before + holds[index - 1] + length.frames(fps: fps)).rounded())
      case nil: starts.append(index == 0 ? 0 : nil)
      }
    }
    return starts
  }

  /// The number that was asked for, or what the times need, the last leg of a loop as long as the others are on average.
  private static func frameCount(_ draft: RecipeDraft, _ starts: [Double?], _ holds: [Double]) -> Int {
    if let frames = draft.frames { return frames }
    guard let last = starts.last ?? nil else { return RecipeDraft.defaultFrames }
    let shown = last + (holds.last ?? 0)
    let gap = (last - holds.dropLast().reduce(0, +)) / Double(max(1, starts.count - 1))
    let count = draft.isLoop ? shown + gap.rounded() : shown + 1
    return Int(min(max(count, 1), 1e9))
  }

  /// Fills the gaps between known times.
  private static func spread(_ starts: [Double?], _ holds: [Double]) -> [Double] {
    var whole = starts.map { $0 ?? 0 }
    var known = 0
    for index in starts.indices.dropFirst() where starts[index] != nil {
      let unknown = known + 1..<index
      let free = whole[index] - whole[known] - (known..<index).reduce(0) { $0 + holds[$1] }
      for place in unknown {
        let gaps = free * Double(place - known) / Double(index - known)
        whole[place] = (whole[known] + (known..<place).reduce(0) { $0 + holds[$1] } + gaps).rounded()
      }
      known = index
    }
    return whole
  }

  private static func requireOrder(
    _ starts: [Double], _ holds: [Double], end: Double, frameCount: Int, _ draft: RecipeDraft
  ) throws(RecipeError) {
    for index in draft.keyFrames.indices {
      let (start, field) = (starts[index], "keyFrames[\(index)]")
      let last = Double(frameCount) - 1
      guard start >= 0, start + holds[index] <= last, holds[index] >= 0 else {
        throw .invalid(
          field: field,
          found: "at frame \(Int(start))" + (holds[index] > 0 ? ", held for \(Int(holds[index]))" : ""),
          accepted: "a time within the walk's \(frameCount) frames, 0 to \(Int(last))")
      }
      guard index + 1 < starts.count, starts[index + 1] <= start + holds[index] else { continue }
      throw .invalid(
        field: "keyFrames[\(min(index + 1, draft.keyFrames.count - 1))]",
        found: "at frame \(Int(starts[index + 1]))",
        accepted: "a time after the key frame before it, which lasts until frame \(Int(start + holds[index]))"
      )
    }
  }

  private static func knots(
    _ starts: [Double], _ holds: [Double], _ keyFrames: [RecipeDraft.KeyFrame]
  ) -> [Timing.Knot] {
    starts.indices.flatMap { index in
      guard index < keyFrames.count else {
        return [Timing.Knot(frame: starts[index], position: Double(index))]
      }
      let easing = keyFrames[index].easing == .linear ? nil : keyFrames[index].easing
      let hold = Timing.Knot(frame: starts[index], position: Double(index))
      let leaving = Timing.Knot(frame: starts[index] + holds[index], position: Double(index), easing: easing)
      return holds[index] > 0 ? [hold, leaving] : [leaving]
    }
  }
}
