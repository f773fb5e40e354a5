import Foundation
import Tensors
import Testing

@Suite struct PackingTests {
  @Test("weights packed for different algorithms give each its own bytes, in any order of use")
  func algorithms() {
    var numbers = TestNumbers(seed: 61)
    let x = Tensor(shape: [1, 8, 8, 32], values: numbers.array(8 * 8 * 32))
    let stored = StoredTensor(Tensor(shape: [32, 32, 3, 3], values: numbers.array(32 * 32 * 9)))
    let direct = Tensors.PackedWeights(stored, packing: Packing(convolution: .direct))
    let winograd = Tensors.PackedWeights(stored, packing: Packing(convolution: .winograd))
    let (exact, transformed) = (
      x.convolved(by: direct, .same).values, x.convolved(by: winograd, .same).values
    )
    #expect(exact != transformed, "The two algorithms round differently.")
    #expect(relativeError(transformed, exact.map(Double.init)) < 1e-5)
    expectSameBits(x.convolved(by: direct, .same).values, exact, "direct, after Winograd")
    expectSameBits(x.convolved(by: winograd, .same).values, transformed, "Winograd, after direct")
  }

  @Test("16-bit integers give nearly what float32 gives, in linear layers and convolutions of each geometry")
  func precisions() {
    var numbers = TestNumbers(seed: 63)
    let x = Tensor(shape: [1, 8, 8, 32], values: numbers.array(8 * 8 * 32))
    let linear = StoredTensor(Tensor(shape: [40, 32], values: numbers.array(40 * 32)))
    let convolution = StoredTensor(Tensor(shape: [32, 32, 3, 3], values: numbers.array(32 * 32 * 9)))
    func results(_ packing: Packing) -> [[Float]] {
      [x.multiplied(by: Tensors.PackedWeights(linear, packing: packing)).values]
        + [ConvolutionGeometry.same, .downsample, .upsample].map {
          x.convolved(by: Tensors.PackedWeights(convolution, for: $0, packing: packing), $0).values
        }
    }
    for algorithm in ConvolutionAlgorithm.allCases {
      let exact = results(Packing(convolution: algorithm))
      let integers = results(Packing(convolution: algorithm, precision: .int16))
      for (found, expected) in zip(integers, exact) {
        let error = relativeError(found, expected.map(Double.init))
        #expect(error < 1e-3 && error > 1e-5, "\(algorithm)")
      }
    }
  }

  @Test(
    "convolutions with Winograd's transforms in integers, and direct ones, are packed as their geometry wants it"
  )
  func geometry() {
    var numbers = TestNumbers(seed: 64)
    let x = Tensor(shape: [1, 8, 8, 32], values: numbers.array(8 * 8 * 32))
    let stored = StoredTensor(Tensor(shape: [32, 32, 3, 3], values: numbers.array(32 * 32 * 9)))
    let direct = Tensors.PackedWeights(stored, for: .downsample, packing: Packing(precision: .int16))
    let winograd = Tensors.PackedWeights(stored, for: .same, packing: Packing(precision: .int16))
    let (apart, planes) = (x.convolved(by: direct, .same).values, x.convolved(by: winograd, .same).values)
    #expect(apart != planes)
    #expect(relativeError(planes, apart.map(Double.init)) < 1e-3)
    // Weights for another geometry are exact at least.
    let exact = x.convolved(by: Tensors.PackedWeights(stored), .downsample).values
    expectSameBits(x.convolved(by: winograd, .downsample).values, exact, "stride 2")
  }

  @Test("float32 is not written, and is what a packing without a precision means")
  func coding() throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    for (packing, text) in [
      (Packing(), #"{"convolution":"winograd"}"#),
      (Packing(convolution: .direct, precision: .int16), #"{"convolution":"direct","precision":"int16"}"#),
    ] {
      #expect(String(decoding: try encoder.encode(packing), as: UTF8.self) == text)
      #expect(try JSONDecoder().decode(Packing.self, from: Data(text.utf8)) == packing)
    }
    #expect(throws: DecodingError.self) {
      try JSONDecoder().decode(
        Packing.self, from: Data(#"{"convolution":"winograd","precision":"int3"}"#.utf8))
    }
  }

  @Test("weights in use at the same time by several threads keep their own algorithm")
  func concurrently() async {
    var numbers = TestNumbers(seed: 62)
    let x = Tensor(shape: [1, 8, 8, 32], values: numbers.array(8 * 8 * 32))
    let stored = StoredTensor(Tensor(shape: [32, 32, 3, 3], values: numbers.array(32 * 32 * 9)))
    let packed = ConvolutionAlgorithm.allCases.map {
      Tensors.PackedWeights(stored, packing: Packing(convolution: $0))
    }
    let expected = packed.map { x.convolved(by: $0, .same).values }
    await withTaskGroup(of: Bool.self) { group in
      for task in 0..<8 {
        group.addTask {
          (0..<50).allSatisfy { _ in x.convolved(by: packed[task % 2], .same).values == expected[task % 2] }
        }
      }
      for await same in group { #expect(same) }
    }
  }
}
