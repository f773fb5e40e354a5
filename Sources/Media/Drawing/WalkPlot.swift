/// A drawing of a walk: the way in the plane, and below it how much the picture changes from frame to frame.
///
///     let way = [(0.0, 0.0), (0.03, 0.01), (0.13, 0.02)].enumerated().map {
///       WalkPlot.Dot(frame: $0.offset, x: $0.element.0, y: $0.element.1)
///     }
///     let plot = WalkPlot(title: "walk.gif", changes: [0.03, 0.1], way: way, shares: [0.9, 0.1])
///     try plot.picture().writePNG(to: "walk.png")
///     try plot.svg().write(toFile: "walk.svg", atomically: true, encoding: .utf8)
public struct WalkPlot: Sendable {
  /// A frame's place in the plane.
  public struct Dot: Sendable, Hashable {
    public let frame: Int
    public let x: Double
    public let y: Double

    public init(frame: Int, x: Double, y: Double) {
      self.frame = frame
      self.x = x
      self.y = y
    }
  }

  public let title: String
  /// From each frame to the next.
  public let changes: [Double]
  /// Of frames in playing order; of very long walks not of all.
  public let way: [Dot]
  /// The parts, 0 to 1, that the plane's two directions have of all differences.
  public let shares: [Double]
  public var keyFrames: [Int] = []
  /// Changes below `flow` flow, and those above `cut` are seen as a cut.
  public var flow = 0.02
  public var cut = 0.06

  public init(title: String, changes: [Double], way: [Dot], shares: [Double]) {
    precondition(!way.isEmpty, "A walk has a frame.")
    precondition(
      way.allSatisfy { 0...changes.count ~= $0.frame }, "The frames of the way are those of the changes.")
    self.title = title
    self.changes = changes
    self.way = way
    self.shares = shares
  }

  private static let (width, wayHeight, changesHeight, margin) = (960, 520, 300, 28)

  public func picture() -> Picture { drawn(PictureDrawing.self).picture }

  public func svg() -> String { drawn(SVGDrawing.self).text }

  private func drawn<Surface: Drawing>(_: Surface.Type) -> Surface {
    let height = Self.wayHeight + Self.changesHeight + 3 * Self.margin
    var surface = Surface(width: Self.width, height: height, background: .paper)
    let (margin, width) = (Double(Self.margin), Double(Self.width - 2 * Self.margin))
    WayPlot(
      plot: self, area: Area(x: margin, y: margin, width: width, height: Double(Self.wayHeight))
    ).draw(on: &surface)
    ChangePlot(
      plot: self,
      area: Area(
        x: margin, y: 2 * margin + Double(Self.wayHeight), width: width, height: Double(Self.changesHeight))
    ).draw(on: &surface)
    return surface
  }
}
