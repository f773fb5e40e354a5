import Glibc

/// Listens to a sound block by block and finds its beats, its tempo and how loud it is when.
///
///     var analyzer = SoundAnalyzer(sampleRate: 8000)
///     for _ in 0..<16 {   // a click each half second
///       analyzer.add([1] + [Float](repeating: 0, count: 3999))
///     }
///     let analysis = analyzer.finish()
///     print(analysis.tempo ?? 0, analysis.beats.map(\.time))   // 120, [0, 0.5, 1, ...]
///
/// Every 10 ms it keeps two numbers, the onset strength and the mean power, whatever the sample rate: an hour of sound
/// takes 3 MB. The onset strength is the spectral flux: how much louder the bands of the spectrum, on a logarithmic
/// scale, have become since 10 ms ago, summed over those that have (Böck and Widmer, "Maximum Filter Vibrato Suppression
/// for Onset Detection", 2013, without the filter).
public struct SoundAnalyzer {
  /// Samples a second.
  public let sampleRate: Int
  /// Samples from one window to the next: 10 ms.
  private let hop: Int
  private let spectrum: BandSpectrum
  /// The samples that are still needed. Windows are centred on multiples of the hop, so half a window of silence
  /// stands before the first sample.
  private var pending: [Float]
  private var sampleCount = 0
  private var previousBands: [Float]
  private var onsets: [Float] = []
  private var powers: [Float] = []

  /// - Parameter sampleRate: 1000 ... 1,536,000 samples a second.
  public init(sampleRate: Int) {
    precondition(1000...1_536_000 ~= sampleRate, "\(sampleRate) samples a second are none of a sound's.")
    self.sampleRate = sampleRate
    hop = (sampleRate + 50) / 100
    spectrum = BandSpectrum(sampleRate: sampleRate)
    pending = [Float](repeating: 0, count: spectrum.windowSize / 2)
    previousBands = [Float](repeating: 0, count: spectrum.bandCount)
  }

  /// Takes the next samples.
  /// - Parameter samples: one channel, finite, in -1...1 or somewhat beyond.
  public mutating func add(_ samples: [Float]) {
    sampleCount += samples.count
    pending += samples
    takeWindows()
  }

  /// What was heard.
  public consuming func finish() -> SoundAnalysis {
    // The last window is centred on the last sample or before it.
    pending += [Float](repeating: 0, count: spectrum.windowSize / 2)
    takeWindows()
    let count = (sampleCount + hop - 1) / hop
    return SoundAnalysis(
      onsets: Array(onsets.prefix(count)), powers: Array(powers.prefix(count)),
      hopDuration: Double(hop) / Double(sampleRate), duration: Double(sampleCount) / Double(sampleRate))
  }

  /// Measures all windows that are complete.
  private mutating func takeWindows() {
    var start = 0
    while start + spectrum.windowSize <= pending.count {
      let (bands, power) = spectrum.measure(pending[start..<start + spectrum.windowSize])
      var rise: Float = 0
      for band in bands.indices { rise += max(0, bands[band] - previousBands[band]) }
      onsets.append(rise / Float(bands.count))
      powers.append(power)
      previousBands = bands
      start += hop
    }
    pending.removeFirst(start)
  }
}

/// The spectrum of a window in bands that are as wide as the ear's.
struct BandSpectrum {
  /// Samples: a power of two, from 20 ms.
  let windowSize: Int
  private let window: [Float]
  private let squaredWindowSum: Float
  private let transform: FourierTransform
  /// The first bin of each band, and the one after the last band.
  private let edges: [Int]

  var bandCount: Int { edges.count - 1 }

  /// The compression log(1 + gamma |X|) of Müller, "Fundamentals of Music Processing" (2015), 6.1.2.
  private static let gamma: Float = 1000

  init(sampleRate: Int) {
    var size = 16
    while size < sampleRate / 50 { size *= 2 }
    windowSize = size
    // Hann's window.
    window = (0..<size).map { Float(0.5 - 0.5 * cos(2 * Double.pi * (Double($0) + 0.5) / Double(size))) }
    squaredWindowSum = window.reduce(0) { $0 + $1 * $1 }
    transform = FourierTransform(count: size)
    edges = Self.edges(sampleRate: sampleRate, windowSize: size)
  }

  /// Forty bands of equal width on the mel scale from 30 Hz to 16 kHz, as far as the sound has them; narrow ones, of
  /// less than a bin, are joined.
  private static func edges(sampleRate: Int, windowSize: Int) -> [Int] {
    func mel(_ frequency: Double) -> Double { 2595 * log10(1 + frequency / 700) }
    let (lowest, highest) = (mel(30), mel(16_000))
    var edges: [Int] = []
    for band in 0...40 {
      let frequency = 700 * (pow(10, (lowest + (highest - lowest) * Double(band) / 40) / 2595) - 1)
      let bin = min(
        max(1, Int((frequency * Double(windowSize) / Double(sampleRate)).rounded())), windowSize / 2)
      if bin != edges.last { edges.append(bin) }
    }
    return edges
  }

  /// - Parameter samples: `windowSize` of them.
  /// - Returns: the compressed magnitude of each band, and the mean power under the window.
  func measure(_ samples: ArraySlice<Float>) -> (bands: [Float], power: Float) {
    var real = [Float](repeating: 0, count: windowSize)
    var imaginary = real
    var power: Float = 0
    for (index, sample) in samples.enumerated() {
      real[index] = sample * window[index]
      power += real[index] * real[index]
    }
    guard power > 0 else { return ([Float](repeating: 0, count: bandCount), 0) }
    transform.transform(&real, &imaginary)
    // A sine at full scale has magnitude 1 in its bin: Hann's window has the mean 1/2.
    let scale = 4 / Float(windowSize)
    let bands = (0..<bandCount).map { band in
      var sum: Float = 0
      for bin in edges[band]..<edges[band + 1] {
        sum += real[bin] * real[bin] + imaginary[bin] * imaginary[bin]
      }
      return log1pf(Self.gamma * scale * sum.squareRoot())
    }
    return (bands, power / squaredWindowSum)
  }
}
