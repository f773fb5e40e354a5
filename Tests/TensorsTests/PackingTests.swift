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
