import Foundation

/// The way of a walk in the plane: a dot for each frame; the distance of two dots is, as far as a plane can show it, how
/// different the two frames look.
struct WayPlot {
  let plot: WalkPlot
  let area: Area

  private static let first = Colour(hex: 0xA9D0F0)
  private static let last = Colour(hex: 0x173F7A)

  func draw(on drawing: inout some Drawing) {
    drawing.write(plot.title, at: Place(x: area.x, y: area.y), TextStyle(lettering: .large))
    let percent = plot.shares.map { "\(Int((100 * $0).rounded())) %" }.joined(separator: " and ")
    let sentences = [
      "Each dot is a frame, bright at first and dark at last; close dots look alike.",
      "Across and up: the two main directions, \(percent) of all differences.",
    ]
    for (row, sentence) in sentences.enumerated() {
      drawing.write(
        sentence, at: Place(x: area.x, y: area.y + 25 + 18 * Double(row)), TextStyle(colour: .fadedInk))
    }
    drawLegend(on: &drawing)
    let dots = places()
    for (number, (from, to)) in zip(dots, dots.dropFirst()).enumerated() {
      let isJump = jumps.contains(number)
      drawing.line(
        from: from, to: to, width: isJump ? 2.5 : 1.5,
        isJump ? .jump : colour(of: number).mixed(with: .paper, 0.25))
    }
    for (number, dot) in dots.enumerated() where !keyDots.contains(number) {
      drawing.disc(dot, radius: radius, colour(of: number))
    }
    for number in keyDots {
      drawing.disc(dots[number], radius: 6.5, .ink)
      drawing.disc(dots[number], radius: 5, .keyFrame)
    }
    drawNumbers(of: dots, on: &drawing)
  }

  /// Dots become smaller where there are many.
  private var radius: Double { plot.way.count > 200 ? 2.2 : plot.way.count > 80 ? 2.8 : 3.6 }

  /// The dots of key frames.
  private var keyDots: [Int] {
    plot.way.indices.filter { plot.keyFrames.contains(plot.way[$0].frame) }
  }

  /// The dots after which something between this one and the next is seen as a cut.
  private var jumps: Set<Int> {
    Set(
      zip(plot.way.indices, plot.way.dropFirst()).filter { number, next in
        plot.changes[plot.way[number].frame..<next.frame].contains { $0 > plot.cut }
      }.map(\.0))
  }

  private func colour(of dot: Int) -> Colour {
    Self.first.mixed(with: Self.last, Double(dot) / Double(max(1, plot.way.count - 1)))
  }

  /// Across and up have one scale, so that the picture is not distorted.
  private func places() -> [Place] {
    let (xs, ys) = (plot.way.map(\.x), plot.way.map(\.y))
    let (left, right) = (xs.min() ?? 0, xs.max() ?? 0)
    let (low, high) = (ys.min() ?? 0, ys.max() ?? 0)
    let field = Area(x: area.x + 24, y: area.y + 84, width: area.width - 48, height: area.height - 116)
    let scale = min(field.width / max(right - left, 1e-9), field.height / max(high - low, 1e-9))
    let isPoint = right - left < 1e-9 && high - low < 1e-9
    return plot.way.map { place in
      Place(
        x: field.x + field.width / 2 + (isPoint ? 0 : scale * (place.x - (left + right) / 2)),
        y: field.y + field.height / 2 - (isPoint ? 0 : scale * (place.y - (low + high) / 2)))
    }
  }

  private func drawLegend(on drawing: inout some Drawing) {
    var x = area.right
    func entry(_ text: String) -> Double {
      drawing.write(text, at: Place(x: x, y: area.y + 43), TextStyle(anchor: .right, colour: .fadedInk))
      return x - Double(TextStyle().lettering.width(of: text)) - 10
    }
    let y = area.y + 51
    if !jumps.isEmpty {
      x = entry("seen as a cut")
      drawing.line(from: Place(x: x - 16, y: y), to: Place(x: x, y: y), width: 2.5, .jump)
      x -= 36
    }
    if !keyDots.isEmpty {
      x = entry("key frame")
      drawing.disc(Place(x: x - 4, y: y), radius: 6.5, .ink)
      drawing.disc(Place(x: x - 4, y: y), radius: 5, .keyFrame)
    }
  }

  /// Numbers the ends, the key frames, the ends of jumps and round numbers, wherever there is room.
  private func drawNumbers(of dots: [Place], on drawing: inout some Drawing) {
    let frames = plot.way.map(\.frame)
    let step = Int(Axis.roundStep(atLeast: Double(frames.count) / 30, 1))
    let wanted =
      [0, dots.count - 1] + keyDots + jumps.sorted().flatMap { [$0, $0 + 1] }
      + dots.indices.filter { frames[$0] % max(1, step) == 0 }
    var taken = dots.map { Area(x: $0.x, y: $0.y, width: 0, height: 0).inset(-radius - 1) }
    taken += keyDots.map { Area(x: dots[$0].x, y: dots[$0].y, width: 0, height: 0).inset(-7) }
    var done: Set<Int> = []
    for number in wanted where done.insert(number).inserted {
      let width = Double(TextStyle().lettering.width(of: "\(frames[number])"))
      let free = candidates(around: dots[number], width: width).first { label in
        !taken.contains { $0.overlaps(label) }
      }
      guard let free else { continue }
      taken.append(free)
      let isImportant = number == 0 || number == dots.count - 1 || keyDots.contains(number)
      drawing.write(
        "\(frames[number])", at: Place(x: free.x, y: free.y - 2),
        TextStyle(colour: isImportant ? .ink : .fadedInk))
    }
  }

  /// Where a dot's number may stand: above, below, beside, and at the corners, near and a little farther.
  private func candidates(around dot: Place, width: Double) -> [Area] {
    let height = 13.0
    return [9.0, 14].flatMap { gap in
      [(0.0, -1.0), (0, 1), (1, 0), (-1, 0), (0.8, -0.8), (-0.8, -0.8), (0.8, 0.8), (-0.8, 0.8)].map { x, y in
        Area(
          x: dot.x + x * (gap + width / 2) - width / 2, y: dot.y + y * (gap + height / 2) - height / 2,
          width: width, height: height)
      }
    }
  }
}
