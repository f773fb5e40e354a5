import Foundation

/// Draws an SVG file (W3C, SVG 1.1), which is sharp at every size.
struct SVGDrawing: Drawing {
  private let opening: String
  private var shapes: [String] = []

  init(width: Int, height: Int, background: Colour) {
    opening =
      #"<svg xmlns="http://www.w3.org/2000/svg" width="\#(width)" height="\#(height)" "#
      + #"viewBox="0 0 \#(width) \#(height)" font-family="DejaVu Sans, Verdana, sans-serif">"#
    fill(Area(x: 0, y: 0, width: Double(width), height: Double(height)), background)
  }

  var text: String { ([opening] + shapes + ["</svg>", ""]).joined(separator: "\n") }

  mutating func fill(_ area: Area, _ colour: Colour) {
    shapes.append(
      #"<rect x="\#(number(area.x))" y="\#(number(area.y))" width="\#(number(area.width))" "#
        + #"height="\#(number(area.height))" fill="\#(colour.hex)"/>"#)
  }

  mutating func disc(_ centre: Place, radius: Double, _ colour: Colour) {
    shapes.append(
      #"<circle cx="\#(number(centre.x))" cy="\#(number(centre.y))" r="\#(number(radius))" fill="\#(colour.hex)"/>"#
    )
  }

  mutating func line(from start: Place, to end: Place, width: Double, _ colour: Colour) {
    shapes.append(
      #"<line x1="\#(number(start.x))" y1="\#(number(start.y))" x2="\#(number(end.x))" y2="\#(number(end.y))" "#
        + #"stroke="\#(colour.hex)" stroke-width="\#(number(width))" stroke-linecap="round"/>"#)
  }

  mutating func write(_ text: String, at place: Place, _ style: TextStyle) {
    let anchor = [TextStyle.Anchor.left: "start", .middle: "middle", .right: "end"][style.anchor] ?? "start"
    shapes.append(
      #"<text x="\#(number(place.x))" y="\#(number(place.y + Double(style.lettering.ascent)))" "#
        + #"font-size="\#(style.lettering.size)" text-anchor="\#(anchor)" fill="\#(style.colour.hex)">"#
        + "\(escaped(text))</text>")
  }

  private func number(_ value: Double) -> String {
    let text = String(format: "%.2f", value)
    return text.hasSuffix(".00") ? String(text.dropLast(3)) : text
  }

  /// XML 1.0 knows no control characters but these three.
  private func escaped(_ text: String) -> String {
    let replacements: [Character: String] = ["&": "&amp;", "<": "&lt;", ">": "&gt;"]
    let controls = text.unicodeScalars.filter { $0.value >= 32 || "\t\n\r".unicodeScalars.contains($0) }
    return String(String.UnicodeScalarView(controls)).map { replacements[$0] ?? String($0) }.joined()
  }
}

extension Colour {
  fileprivate var hex: String { String(format: "#%06x", key) }
}
