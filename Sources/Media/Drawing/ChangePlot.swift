import Foundation

/// How much the picture changes from each frame to the next, as bars; jumps in red.
struct ChangePlot {
  let plot: WalkPlot
  let area: Area

  private var left: Double { area.x + 52 }
  private var right: Double { area.right - 66 }
  private var top: Double { area.y + 52 }
  private var bottom: Double { area.bottom - 26 }

  private var horizontal: Axis {
    Axis(range: -0.5...max(0.5, Double(plot.changes.count) - 0.5), pixels: (left, right))
  }

  /// The lower threshold is always in sight, the upper one as soon as the changes come near it.
  private var vertical: Axis {
    let highest = plot.changes.max() ?? 0
    return Axis(range: 0...max(1.12 * highest, 1.4 * plot.flow), pixels: (bottom, top))
  }

  func draw(on drawing: inout some Drawing) {
    drawing.write(
      "Change from each frame to the next", at: Place(x: area.x, y: area.y), TextStyle(lettering: .large))
    let jumps = plot.changes.filter { $0 > plot.cut }.count
    let sentence = "An even walk has bars of one height. "
    let named = jumps == 0 ? "No change is seen as a cut." : "Red: seen as a cut (\(jumps))."
    drawing.write(
      sentence + named, at: Place(x: area.x, y: area.y + 25), TextStyle(colour: .fadedInk))
    drawScale(on: &drawing)
    drawBars(on: &drawing)
    drawFrameNumbers(on: &drawing)
    drawThreshold(plot.flow, "flows", on: &drawing)
    drawThreshold(plot.cut, "cut", on: &drawing)
  }

  private func drawScale(on drawing: inout some Drawing) {
    let ticks = vertical.ticks(about: 4)
    let decimals = ticks.count > 1 && ticks[1] < 0.01 ? 3 : 2
    for value in ticks {
      let y = vertical.place(value)
      drawing.fill(Area(x: left, y: y - 0.5, width: right - left, height: 1), .grid)
      drawing.write(
        String(format: "%.\(decimals)f", value), at: Place(x: left - 8, y: y - 8),
        TextStyle(anchor: .right, colour: .fadedInk))
    }
  }

  private func drawBars(on drawing: inout some Drawing) {
    let pitch = (right - left) / Double(max(1, plot.changes.count))
    // A gap between bars as long as there is room for it.
    let width = pitch > 3 ? pitch * 0.78 : max(1, pitch)
    for (number, change) in plot.changes.enumerated() {
      let colour: Colour = change > plot.cut ? .jump : change > plot.flow ? .visible : .flowing
      let y = vertical.place(change)
      drawing.fill(
        Area(x: horizontal.place(Double(number)) - width / 2, y: y, width: width, height: bottom - y), colour)
    }
  }

  /// Frame i stands at the left of the bar from i to i + 1.
  private func drawFrameNumbers(on drawing: inout some Drawing) {
    drawing.fill(Area(x: left, y: bottom, width: right - left, height: 1), .fadedInk)
    for frame in plot.keyFrames where 0...plot.changes.count ~= frame {
      let x = horizontal.place(Double(frame) - 0.5)
      drawing.disc(Place(x: x, y: bottom + 0.5), radius: 5, .ink)
      drawing.disc(Place(x: x, y: bottom + 0.5), radius: 3.5, .keyFrame)
    }
    let frames = Axis(range: 0...Double(max(1, plot.changes.count)), pixels: (left, right))
    for frame in frames.ticks(about: 12, smallest: 1) {
      let x = frames.place(frame)
      drawing.fill(Area(x: x - 0.5, y: bottom, width: 1, height: 5), .fadedInk)
      drawing.write(
        "\(Int(frame))", at: Place(x: x, y: bottom + 8), TextStyle(anchor: .middle, colour: .fadedInk))
    }
    drawing.write("frame", at: Place(x: right + 18, y: bottom + 8), TextStyle(colour: .fadedInk))
  }

  private func drawThreshold(_ value: Double, _ meaning: String, on drawing: inout some Drawing) {
    guard vertical.range.contains(value) else { return }
    let (y, dash) = (vertical.place(value), 6.0)
    for x in stride(from: left, to: right, by: 2 * dash) {
      drawing.fill(Area(x: x, y: y - 0.75, width: min(dash, right - x), height: 1.5), .fadedInk)
    }
    drawing.write("\(value) \(meaning)", at: Place(x: right + 8, y: y - 8), TextStyle())
  }
}
