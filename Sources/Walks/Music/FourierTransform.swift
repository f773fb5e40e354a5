import Glibc

/// The discrete Fourier transform of a length that is a power of two (Cooley and Tukey, "An Algorithm for the Machine
/// Calculation of Complex Fourier Series", 1965).
///
///     X[k] = sum over n of x[n] e^(-2 pi i k n / N)
package struct FourierTransform: Sendable {
  package let count: Int
  /// cos and sin of -2 pi k / N for k < N / 2.
  private let cosines: [Float]
  private let sines: [Float]
  /// For each index the one whose bits are in reverse order.
  private let reversed: [Int]

  /// - Parameter count: a power of two from 2.
  package init(count: Int) {
    precondition(count >= 2 && count & (count - 1) == 0, "\(count) is no power of two.")
    self.count = count
    let angles = (0..<count / 2).map { -2 * Double.pi * Double($0) / Double(count) }
    cosines = angles.map { Float(cos($0)) }
    sines = angles.map { Float(sin($0)) }
    let bits = count.trailingZeroBitCount
    reversed = (0..<count).map { index in
      (0..<bits).reduce(0) { $0 | (index >> $1 & 1) << (bits - 1 - $1) }
    }
  }

  /// Transforms in place.
  /// - Parameters:
  ///   - real: `count` real parts.
  ///   - imaginary: as many imaginary parts.
  package func transform(_ real: inout [Float], _ imaginary: inout [Float]) {
    precondition(
      real.count == count && imaginary.count == count, "A transform of \(count) numbers gets as many.")
    for index in 0..<count where index < reversed[index] {
      real.swapAt(index, reversed[index])
      imaginary.swapAt(index, reversed[index])
    }
    var half = 1
    while half < count {
      let step = count / (2 * half)
      for block in stride(from: 0, to: count, by: 2 * half) {
        for k in 0..<half {
          let (upper, lower) = (block + k, block + k + half)
          let (c, s) = (cosines[k * step], sines[k * step])
          let x = c * real[lower] - s * imaginary[lower]
          let y = c * imaginary[lower] + s * real[lower]
          (real[lower], imaginary[lower]) = (real[upper] - x, imaginary[upper] - y)
          (real[upper], imaginary[upper]) = (real[upper] + x, imaginary[upper] + y)
        }
      }
      half *= 2
    }
  }
}
