import Foundation
import FoundationXML
import Media
import Testing

@Suite struct WalkPlotTests {
  /// Five frames: three that flow, a cut, and a visible step.
  private func plot(keyFrames: [Int] = [], title: String = "walk.gif") -> WalkPlot {
    let xs = [0, 0.01, 0.02, 0.12, 0.15]
    var plot = WalkPlot(
      title: title, changes: [0.01, 0.01, 0.1, 0.03],
      way: xs.enumerated().map {
        WalkPlot.Dot(frame: $0.offset, x: $0.element, y: 0.01 * Double($0.offset % 2))
      },
      shares: [0.98, 0.02])
    plot.keyFrames = keyFrames
    return plot
  }

  private func count(_ text: String, in svg: String) -> Int { svg.components(separatedBy: text).count - 1 }

  private func pixels(_ colour: [UInt8], in picture: Picture) -> Int {
    stride(from: 0, to: picture.pixels.count, by: 3).filter { Array(picture.pixels[$0..<$0 + 3]) == colour }
      .count
  }

  @Test("SVG has a dot for each frame, a bar for each change, and the jump in red in both plots")
  func shapes() {
    let svg = plot().svg()
    #expect(count("<circle", in: svg) == 5)
    #expect(count(##"fill="#8dbbe6""##, in: svg) == 2 && count(##"fill="#2f6db5""##, in: svg) == 1)
    // A bar; and a piece of the way and its sample in the legend.
    #expect(count(##"fill="#d62839""##, in: svg) == 1 && count(##"stroke="#d62839""##, in: svg) == 2)
    #expect(svg.contains("Red: seen as a cut (1).") && svg.contains("98 % and 2 % of all differences"))
    #expect(!svg.contains("key frame"))
  }

  @Test("key frames are marked in both plots and explained")
  func keyFrames() {
    let svg = plot(keyFrames: [0, 4]).svg()
    // Two discs for each, twice, and two in the legend.
    #expect(count(##"fill="#f2a93b""##, in: svg) == 5)
    #expect(svg.contains(">key frame</text>"))
  }

  @Test("SVG is well-formed XML, whatever the walk is called")
  func wellFormed() {
    let svg = plot(title: "a <b> & \"c\" \u{1} ö 犬").svg()
    let parser = XMLParser(data: Data(svg.utf8))
    #expect(parser.parse(), "\(String(describing: parser.parserError))")
    #expect(svg.contains("a &lt;b&gt; &amp; \"c\"  ö 犬</text>"))
  }

  @Test("the picture has the size of the SVG, an opaque background, and the same colours")
  func picture() {
    let picture = plot(keyFrames: [0]).picture()
    #expect(plot().svg().contains(#"width="\#(picture.width)" height="\#(picture.height)""#))
    #expect(pixels([0xFC, 0xFC, 0xFA], in: picture) > picture.pixels.count / 3 * 8 / 10)
    for colour: [UInt8] in [
      [0xD6, 0x28, 0x39], [0x2F, 0x6D, 0xB5], [0x8D, 0xBB, 0xE6], [0xF2, 0xA9, 0x3B],
    ] {
      #expect(pixels(colour, in: picture) > 30, "\(colour)")
    }
  }

  @Test("one frame, still frames and thousands of frames are drawn, too")
  func extremes() {
    let one = WalkPlot(title: "", changes: [], way: [WalkPlot.Dot(frame: 0, x: 0, y: 0)], shares: [0, 0])
    #expect(count("<circle", in: one.svg()) == 1)
    let still = WalkPlot(
      title: "", changes: [0, 0], way: (0..<3).map { WalkPlot.Dot(frame: $0, x: 0, y: 0) }, shares: [0, 0])
    #expect(still.picture().width == one.picture().width && !still.svg().contains("nan"))
    let long = WalkPlot(
      title: "", changes: [Double](repeating: 0.001, count: 4000),
      way: (0...400).map { WalkPlot.Dot(frame: 10 * $0, x: Double($0), y: 0) }, shares: [1, 0])
    #expect(count("<circle", in: long.svg()) == 401 && !long.svg().contains("seen as a cut</text>"))
    #expect(long.picture().height == one.picture().height)
  }
}

@Suite struct ContactSheetTests {
  private func sheet(_ count: Int, columns: Int? = nil, side: Int = 20, width: Int = 1600) -> Picture {
    var sheet = ContactSheet(count: count, columns: columns, maximumWidth: width)
    for seed in 0..<count { sheet.add(.noise(width: side, height: side, seed: UInt64(seed))) }
    return sheet.picture
  }

  @Test("small pictures keep every pixel, in rows with margins")
  func pixels() {
    let sheet = sheet(3, columns: 2)
    #expect(sheet.width == 8 + 28 + 28 && sheet.height == 8 + 28 + 28)
    for (number, place) in [(0, (8, 8)), (1, (36, 8)), (2, (8, 36))] {
      let picture = Picture.noise(width: 20, height: 20, seed: UInt64(number))
      for y in 0..<20 {
        let start = 3 * ((place.1 + y) * sheet.width + place.0)
        #expect(sheet.pixels[start..<start + 60] == picture.pixels[60 * y..<60 * (y + 1)])
      }
    }
  }

  @Test("large pictures are made smaller, so that the sheet is no wider than asked for")
  func scaled() {
    let sheet = sheet(4, columns: 4, side: 100, width: 200)
    #expect(sheet.width == 200 && sheet.height == 40 + 16)
  }

  @Test("the columns make full rows where that is possible")
  func columns() {
    for (count, columns) in [1: 1, 2: 2, 3: 3, 4: 2, 6: 3, 12: 4, 17: 6, 20: 5, 60: 10] {
      #expect(ContactSheet(count: count).columns == columns, "\(count)")
    }
  }

  @Test("a label is written below its picture, and shortened to its width")
  func labels() {
    func height(_ label: String) -> (height: Int, dark: Int) {
      var sheet = ContactSheet(count: 1, labels: true)
      sheet.add(Picture(width: 60, height: 30) { _, _ in [252, 252, 250] }, label: label)
      let picture = sheet.picture
      #expect(picture.width == 76)
      return (picture.height, picture.pixels.filter { $0 < 120 }.count)
    }
    #expect(height("").height == height("seed 7").height && height("").height > 46)
    #expect(height("").dark == 0 && height("seed 7").dark > 40)
    // Letters that the table does not have are there all the same.
    #expect(height("犬").dark > 10)
    #expect(height("a very long label of one picture").dark < 2 * height("seed 7890").dark)
    #expect(height("o\u{308}").dark == height("ö").dark && height("ö").dark > height("o").dark)
  }
}
