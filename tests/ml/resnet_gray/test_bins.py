import torch

from ml.resnet_gray.network import bins


def test_shares_of_a_pixel_sum_to_one():
    encode = bins.SoftEncoder(bins.srgb_bins())
    ab = torch.randn(2, 2, 8, 8, generator=torch.Generator().manual_seed(0)) * 40
    index, share = encode(ab)
    assert index.shape == share.shape == (2, 5, 8, 8)
    assert torch.allclose(share.sum(1), torch.ones(2, 8, 8), atol=1e-6)


def test_first_of_the_soft_bins_is_the_nearest():
    centers = bins.srgb_bins()
    index, share = bins.SoftEncoder(centers)(torch.tensor([21.0, -38.0]).view(1, 2, 1, 1))
    assert centers[index[0, 0, 0, 0]].tolist() == [20.0, -40.0]
    assert share[0, :, 0, 0].argmax() == 0


def test_bins_are_those_that_photos_touch():
    counts = bins.histogram(torch.tensor([[0.0, 0.0]] * 5 + [[31.0, -12.0]] * 3 + [[80.0, 80.0]]))
    assert bins.occupied_bins(counts, at_least=2).tolist() == [[0.0, 0.0], [30.0, -10.0]]


def test_srgb_touches_about_260_bins():
    assert 250 <= len(bins.srgb_bins()) <= 270  # 261 by a finer sampling


def test_annealed_mean_is_the_mean_at_one_and_the_mode_at_zero():
    centers = torch.tensor([[0.0, 0.0], [50.0, 20.0], [-30.0, 10.0]])
    shares = torch.tensor([0.2, 0.5, 0.3])
    logits = shares.log().view(1, 3, 1, 1)
    mean = bins.annealed_mean(logits, centers, 1.0).flatten()
    assert torch.allclose(mean, shares @ centers, atol=1e-5)
    assert bins.annealed_mean(logits, centers, 0.0).flatten().tolist() == [50.0, 20.0]


def test_rare_colors_count_more_but_never_above_the_cap():
    prior = torch.tensor([0.9, 0.09, 0.009, 0.001])
    weight = bins.rebalancing(prior, cap=3.0)
    assert weight.tolist() == sorted(weight.tolist())
    assert weight.max() <= 3.0
    assert torch.isclose((prior * weight).sum(), torch.tensor(1.0), atol=0.01)


def test_prior_sums_to_one_and_knows_what_is_common():
    centers = bins.srgb_bins()
    ab = torch.cat((torch.zeros(90, 2), torch.tensor([[40.0, 40.0]] * 10)))
    prior = bins.SoftEncoder(centers).prior(bins.histogram(ab))
    assert torch.isclose(prior.sum(), torch.tensor(1.0))
    assert centers[prior.argmax()].tolist() == [0.0, 0.0]
