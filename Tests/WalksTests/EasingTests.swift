import Foundation
import Testing
import Walks

@Suite struct EasingTests {
  /// A curve and its values at 0.1, 0.25, 0.5, 0.75 and 0.9.
  struct Curve: Sendable {
    let controls: [Double]
    let values: [Double]
  }

  // SciPy 1.16: f = lambda s, a, b: 3*(1-s)**2*s*a + 3*(1-s)*s*s*b + s**3
  //             f(brentq(lambda s: f(s, x1, x2) - t, 0, 1, xtol=1e-16, rtol=1e-15), y1, y2)
  // The first four are CSS's ease-in-out, ease-in, ease-out and ease.
  private static let curves = [
    Curve(
      controls: [0.42, 0, 0.58, 1],
      values: [0.019722453548, 0.129161931047, 0.5, 0.870838068953, 0.980277546452]),
    Curve(
      controls: [0.42, 0, 1, 1],
      values: [0.017026609652, 0.093464650719, 0.315356812573, 0.621861869175, 0.839427845762]),
    Curve(
      controls: [0, 0, 0.58, 1],
      values: [0.160572154238, 0.378138130825, 0.684643187427, 0.906535349281, 0.982973390348]),
    Curve(
      controls: [0.25, 0.1, 0.25, 1],
      values: [0.094796305716, 0.408510591355, 0.802403387585, 0.960458978349, 0.994316477485]),
    Curve(
      controls: [0, 1, 1, 0],
      values: [0.387400316977, 0.479055466999, 0.5, 0.520944533001, 0.612599683023]),
    Curve(
      controls: [0.9, 0.1, 0.1, 0.9],
      values: [0.015258891369, 0.060924734382, 0.5, 0.939075265618, 0.984741108631]),
  ]

  @Test("a cubic Bézier curve has the values of CSS", arguments: curves)
  func values(curve: Curve) throws {
    let easing = try #require(Easing(controls: curve.controls))
    for (time, value) in zip([0.1, 0.25, 0.5, 0.75, 0.9], curve.values) {
      #expect(abs(easing(time) - value) < 1e-11, "at \(time): \(easing(time))")
    }
  }

  @Test("the named easings are CSS's")
  func named() {
    #expect(Easing.smooth == Easing(controls: Self.curves[0].controls))
    #expect(Easing.in == Easing(controls: Self.curves[1].controls))
    #expect(Easing.out == Easing(controls: Self.curves[2].controls))
    #expect(Easing.named.map(\.name) == ["linear", "smooth", "in", "out"])
    #expect(Easing.linear.controls == nil && Easing.linear(0.3) == 0.3)
  }

  @Test("any easing begins at 0, ends at 1, never runs back and does not leave 0 to 1")
  func whole() throws {
    var generator = SplitMix(seed: 1)
    let random = (0..<200).map { _ in (0..<4).map { _ in Double.random(in: 0...1, using: &generator) } }
    let corners = (0..<16).map { bits in (0..<4).map { Double(bits >> $0 & 1) } }
    for controls in random + corners {
      let easing = try #require(Easing(controls: controls))
      let values = (0...1000).map { easing(Double($0) / 1000) }
      #expect(values.first == 0 && values.last == 1)
      #expect(easing(-0.5) == 0 && easing(1.5) == 1)
      #expect(values.allSatisfy { 0...1 ~= $0 }, "\(controls)")
      // The steps of Double's last digit.
      #expect(zip(values, values.dropFirst()).allSatisfy { $0 <= $1 + 1e-15 }, "\(controls)")
    }
  }

  @Test(
    "controls that are not four numbers of 0 to 1 are no easing",
    arguments: [
      [], [0.5], [0, 0, 1], [0, 0, 1, 1, 1], [0, 0, 1, 1.01], [-0.01, 0, 1, 1], [0, .nan, 1, 1],
    ])
  func refused(controls: [Double]) { #expect(Easing(controls: controls) == nil) }

  @Test("an easing comes back from its JSON, by its name or its numbers, and others are refused")
  func json() throws {
    let own = try #require(Easing(controls: [0.1, 0.2, 0.3, 0.4]))
    for (easing, json) in Easing.named.map({ ($0.easing, "[\"\($0.name)\"]") }) + [
      (own, "[[0.1,0.2,0.3,0.4]]")
    ] {
      #expect(try String(decoding: JSONEncoder().encode([easing]), as: UTF8.self) == json)
      #expect(try JSONDecoder().decode([Easing].self, from: Data(json.utf8)) == [easing])
    }
    for json in ["[\"bounce\"]", "[[0,0,1]]", "[[0,0,1,2]]", "[3]", "[null]"] {
      #expect(throws: DecodingError.self) { try JSONDecoder().decode([Easing].self, from: Data(json.utf8)) }
    }
  }
}
