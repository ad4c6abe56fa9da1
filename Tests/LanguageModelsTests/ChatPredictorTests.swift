import LanguageModels
import Tensors
import Testing

@Suite struct ChatPredictorTests {
  @Test func maskedTokensAreNeverDrawn() {
    let logits = Tensor([3, 9, 1, 8, 2], shape: [5])
    var sampling = Sampling()
    for temperature in [0, 0.7, 50] as [Float] {
      sampling.temperature = temperature
      var sampler = Sampler(sampling, seed: 4)
      for _ in 0..<500 {
        let token = sampler.next(logits, after: [], masked: [1, 3, 99, -1])
        #expect([0, 2, 4].contains(token))
      }
    }
    sampling.temperature = 1
    sampling.topK = 2
    var sampler = Sampler(sampling, seed: 4)
    let drawn = Set((0..<200).map { _ in sampler.next(logits, after: [], masked: [1, 3]) })
    #expect(drawn == [0, 4], "the most likely of those that are left")
    #expect(sampler.next(logits, after: [], masked: [0, 1, 3, 4]) == 2)
  }

  @Test func withoutAMaskNothingChanges() {
    var random = RandomSource(seed: 1, name: "logits")
    let logits = Tensor((0..<50).map { _ in random.normal() }, shape: [50])
    var (one, two) = (Sampler(Sampling(), seed: 3), Sampler(Sampling(), seed: 3))
    for _ in 0..<100 {
      #expect(one.next(logits, after: []) == two.next(logits, after: [], masked: [70]))
    }
  }

  @Test func aRewoundContextGoesOnAsIfNothingHadBeen() throws {
    let model = try randomModel(SmallConfiguration.gpt)
    let tokens = randomTokens(20, below: 61)
    var (fresh, rewound) = (Generator(model, smallTokenizer), Generator(model, smallTokenizer))
    fresh.read(Array(tokens[..<12]))
    rewound.read(Array(tokens[..<9]))
    rewound.read(randomTokens(11, below: 61, seed: 8))
    rewound.rewind(to: 99)
    #expect(rewound.context.count == 20)
    rewound.rewind(to: 9)
    rewound.read(Array(tokens[9..<12]))
    #expect(rewound.context == fresh.context)
    var (one, two) = (Sampler(Sampling(), seed: 3), Sampler(Sampling(), seed: 3))
    for _ in 0..<15 {
      let token = fresh.next(&one, masked: [])
      #expect(rewound.next(&two, masked: []) == token)
      fresh.read([token])
      rewound.read([token])
    }
  }
}
