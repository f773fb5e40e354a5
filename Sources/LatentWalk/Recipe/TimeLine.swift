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
    var holds: [Double] = []
    for (index, keyFrame) in keyFrames.enumerated() {
      guard let hold = keyFrame.hold else {
        holds.append(0)
        continue
      }
      holds.append(try Self.frames(hold, index, fps: draft.fps))
    }
    self.holds = holds
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
    let end = draft.isLoop ? Double(frameCount) : Double(frameCount) - 1 - (holds.last ?? 0)
    if draft.isLoop {
      starts.append(end)
    } else if starts.last == .some(nil) {
      starts[starts.count - 1] = end
    }
    let whole = Self.spread(starts, holds)
    knots = Self.knots(whole, holds, keyFrames)
    // Where the number of frames follows from the last time, another order is the reason for what does not fit.
    let isGiven = draft.frames != nil || keyFrames.last?.time == nil
    if isGiven { try requireWithin(whole) }
    try requireOrder(whole)
    if !isGiven { try requireWithin(whole) }
  }

  /// A length of a key frame, in whole frames.
  private static func frames(
    _ length: RecipeDraft.Length, _ keyFrame: Int, fps: Double
  ) throws(RecipeError) -> Double {
    let (frames, limit) = (length.frames(fps: fps).rounded(), Recipe.frameCounts.upperBound)
    guard 0...Double(limit) ~= frames else {
      throw .invalid(
        field: "keyFrames[\(keyFrame)]", found: "given a length of \(frames) frames",
        accepted: "lengths of 0 to \(limit) frames")
    }
    return frames
  }

  /// The times that are given, in frames.
  private static func given(
    _ keyFrames: [RecipeDraft.KeyFrame], _ holds: [Double], fps: Double
  ) throws(RecipeError) -> [Double?] {
    var starts: [Double?] = []
    for (index, keyFrame) in keyFrames.enumerated() {
      switch keyFrame.time {
      case .at(let length): starts.append(try frames(length, index, fps: fps))
      case .after(let length):
        guard index > 0, let before = starts[index - 1] else {
          throw .invalid(
            field: "keyFrames[\(index)].after", found: "a length after a key frame without a time",
            accepted: "'at', or give the key frame before it a time")
        }
        starts.append(before + holds[index - 1] + (try frames(length, index, fps: fps)))
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

  private func requireWithin(_ starts: [Double]) throws(RecipeError) {
    let last = Double(frameCount) - 1
    for (index, hold) in holds.enumerated() where starts[index] + hold > last {
      throw .invalid(
        field: "keyFrames[\(index)]",
        found: "at frame \(Int(starts[index]))" + (hold > 0 ? ", held for \(Int(hold))" : ""),
        accepted: "a time within the walk's \(frameCount) frames, 0 to \(Int(last))")
    }
  }

  private func requireOrder(_ starts: [Double]) throws(RecipeError) {
    for index in keyFrames.indices.dropFirst() {
      let end = starts[index - 1] + holds[index - 1]
      guard starts[index] <= end else { continue }
      throw .invalid(
        field: "keyFrames[\(index)]", found: "at frame \(Int(starts[index]))",
        accepted: "a time after the key frame before it, which lasts until frame \(Int(end))")
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
