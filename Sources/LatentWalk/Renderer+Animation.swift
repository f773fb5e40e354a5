import Media

extension Renderer {
  /// Renders what is missing of the frames, then encodes the animation from their files.
  /// - Throws: `MediaError` if a file cannot be written, and what `observe` throws; frames that are done stay in the folder.
  public func renderAnimation(
    to output: String, framesIn directory: FrameDirectory, observing observe: (Event) throws -> Void
  ) throws {
    try render(directory.missing()) { event in
      if case .frame(let frame, let picture, _) = event { try directory.write(picture, frame: frame) }
      try observe(event)
    }
    let order = recipe.playingOrder
    let animation = AnimationDescription(
      width: recipe.width, height: recipe.height, frameCount: order.count, framesPerSecond: recipe.fps)
    let encoder = try animationEncoder(for: output, animation, recipe: recipe.json)
    for (place, frame) in order.enumerated() {
      try encoder.add(directory.read(frame))
      try observe(.encoded(place + 1, of: order.count))
    }
    try encoder.finish()
  }
}
