import Sampling
import Tensors
import Testing

@Suite struct NoiseGeneratorTests {
  @Test("pytorch draws what torch.randn draws, for counts on both sides of every block and for three draws")
  func pytorch() throws {
    try expect(.pytorch, Golden.load().pytorch, within: 0)
  }

  @Test("numpy draws what RandomState.standard_normal draws, also across draws of odd counts")
  func numpy() throws {
    try expect(.numpy, Golden.load().numpy, within: 0)
  }

  @Test("tensorflow draws what tf.random.normal draws, also at the second and third call and for large seeds")
  func tensorflow() throws {
    struct TensorFlow: Decodable { let tensorflow: [Golden.Noise] }
    let golden: TensorFlow = try Golden.fixture("tensorflow.json")
    // Single precision depends on the system's logarithm; with glibc the difference is zero.
    try expect(.tensorflow, golden.tensorflow, within: 3e-7)
  }

  @Test("tensorflow's seed 12345 begins as the reference says")
  func tensorflowReference() {
    let noise = NoiseGenerator.tensorflow.normals(seed: 12345, draw: 0, height: 64, width: 64, channels: 4)
    expectClose(
      Array(noise.values.prefix(6)), [0.8842466, 0.0784305, 0.1363988, -0.6109575, 1.8525681, -1.1506749],
      within: 3e-7)
  }

  @Test("numpy's seed 12345 ends its first 10000 as the reference says")
  func numpyReference() {
    let noise = NoiseGenerator.numpy.normals(seed: 12345, draw: 0, height: 1, width: 10000, channels: 1)
    expectClose(
      Array(noise.values.suffix(5)), [-0.86285345, 2.15229409, -0.00670556, -1.21472309, 0.65498866],
      within: 1e-7)
  }

  @Test("pytorch and numpy fill one channel after the other")
  func channelsFirst() throws {
    for (name, expected) in try Golden.load().layouts {
      let generator = try #require(NoiseGenerator(rawValue: name))
      let noise = generator.normals(seed: 7, draw: 0, height: 2, width: 3, channels: 4)
      #expect(noise.shape == [1, 2, 3, 4])
      expectClose(noise.channelsFirst().values, expected, within: 0, name)
    }
  }

  @Test("only numpy limits its seeds, to 32 bits")
  func seeds() {
    #expect(NoiseGenerator.numpy.seeds == 0...4_294_967_295)
    #expect(NoiseGenerator.pytorch.seeds.upperBound == .max)
    #expect(NoiseGenerator.tensorflow.seeds.upperBound == .max)
  }

  private func expect(_ generator: NoiseGenerator, _ cases: [Golden.Noise], within tolerance: Float) throws {
    for golden in cases {
      let seed = try #require(UInt64(golden.seed))
      for (draw, expected) in golden.draws.enumerated() {
        let noise = generator.normals(seed: seed, draw: draw, height: 1, width: golden.count, channels: 1)
        expectClose(
          shortened(noise.values), expected.map(Float.init), within: tolerance,
          "seed \(seed), count \(golden.count), draw \(draw)")
      }
    }
  }

  /// The first and last sixteen numbers, and every 509th between, as the fixture has them.
  private func shortened(_ values: [Float]) -> [Float] {
    guard values.count > 64 else { return values }
    let between = stride(from: 16, to: values.count - 16, by: 509).map { values[$0] }
    return values.prefix(16) + between + values.suffix(16)
  }
}
