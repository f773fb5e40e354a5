import StableDiffusion
import Tensors
import Testing

@Suite struct SlerpTests {
  @Test("slerp of conditionings interpolates each token's length, and ends at the conditionings themselves")
  func conditionings() throws {
    let fixture = try GoldenPipeline("sd1")
    let (a, b) = (
      Conditioning(tokens: try fixture.embeddings([1])), Conditioning(tokens: try fixture.embeddings([2]))
    )
    #expect(Conditioning.slerp(a, b, 0).tokens.values == a.tokens.values)
    #expect(Conditioning.slerp(a, b, 1).tokens.values == b.tokens.values)
    let found = Conditioning.slerp(a, b, 0.25).tokens
    #expect(found.shape == a.tokens.shape)
    let expected = zip(lengths(a.tokens), lengths(b.tokens)).map { 0.75 * $0 + 0.25 * $1 }
    // The first token is the same in every prompt: the straight way, which is a point here, has its length, too.
    for (length, expected) in zip(lengths(found), expected) {
      #expect(abs(length / expected - 1) < 1e-3, "\(length), not \(expected)")
    }
  }

  private func lengths(_ tokens: Tensor) -> [Double] {
    let width = tokens.shape[2]
    return stride(from: 0, to: tokens.count, by: width).map { first in
      tokens.values[first..<first + width].reduce(0) { $0 + Double($1 * $1) }.squareRoot()
    }
  }
}
