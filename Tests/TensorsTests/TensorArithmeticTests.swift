import Tensors
import Testing

@Suite struct TensorArithmeticTests {
  @Test("mixing with a pair of factors an image gives each image the bits that it has alone")
  func mixingByImage() {
    var numbers = TestNumbers(seed: 71)
    for shape in [[1, 3], [3, 5, 7, 4], [2, 77, 64], [5, 1, 1, 33]] {
      let count = shape.reduce(1, *)
      let (x, y) = (
        Tensor(shape: shape, values: numbers.array(count)), Tensor(shape: shape, values: numbers.array(count))
      )
      let (a, b) = (numbers.array(shape[0]), numbers.array(shape[0]))
      let mixed = mix(a, x, b, y)
      #expect(mixed.shape == shape)
      for i in 0..<shape[0] {
        let alone = mix(a[i], x.images(i..<i + 1), b[i], y.images(i..<i + 1))
        expectSameBits(mixed.images(i..<i + 1).values, alone.values, "image \(i) of \(shape)")
      }
    }
    #expect(mix([], Tensor(shape: [0, 4], values: []), [], Tensor(shape: [0, 4], values: [])).count == 0)
  }

  @Test(
    "a convolution can crop the doubled picture by a row and a column",
    arguments: ConvolutionAlgorithm.allCases)
  func croppedUpsampling(algorithm: ConvolutionAlgorithm) {
    var numbers = TestNumbers(seed: 72)
    let (h, w, c) = (5, 4, 32)
    let x = Tensor(shape: [1, h, w, c], values: numbers.array(h * w * c))
    let weights = Tensors.PackedWeights(
      StoredTensor(Tensor(shape: [c, c, 3, 3], values: numbers.array(9 * c * c))),
      packing: Packing(convolution: algorithm))
    for (height, width) in [(10, 8), (9, 8), (10, 7), (9, 7)] {
      var doubled: [Float] = []
      for y in 0..<height {
        for column in 0..<width {
          let first = (y / 2 * w + column / 2) * c
          doubled += x.values[first..<first + c]
        }
      }
      let written = Tensor(shape: [1, height, width, c], values: doubled)
      expectSameBits(
        x.convolved(by: weights, .upsample, upsampledTo: (height, width)).values,
        written.convolved(by: weights, .same).values, "\(height) x \(width)")
    }
    #expect(x.convolved(by: weights, .upsample).shape == [1, 2 * h, 2 * w, c])
  }
}
