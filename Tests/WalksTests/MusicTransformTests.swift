import Foundation
import Testing
import Walks

@Suite struct MusicTransformTests {
  @Test("the fast transform gives the sums of its definition", arguments: [2, 4, 16, 256])
  func definition(count: Int) {
    let real = (0..<count).map { Float(sin(Double($0 * $0))) }
    let imaginary = (0..<count).map { Float(cos(Double(3 * $0 * $0))) }
    var (x, y) = (real, imaginary)
    FourierTransform(count: count).transform(&x, &y)
    for k in 0..<count {
      var (re, im) = (0.0, 0.0)
      for n in 0..<count {
        let angle = -2 * Double.pi * Double(k * n % count) / Double(count)
        re += Double(real[n]) * cos(angle) - Double(imaginary[n]) * sin(angle)
        im += Double(real[n]) * sin(angle) + Double(imaginary[n]) * cos(angle)
      }
      #expect(abs(Double(x[k]) - re) < 1e-5 * Double(count) && abs(Double(y[k]) - im) < 1e-5 * Double(count))
    }
  }
}
