"""What a chain uses: each of its properties moves an amount."""

from fractions import Fraction

import pytest

from eventstack.cost import prices
from eventstack.cost.quantities import Machines, Rendition, event, far, kept_on
from tests.cost.chains import chain


def amounts(described, of=event):
    return {one.item: one.amount for one in of(described, prices.table(described.cloud))}


def test_two_hd_and_two_sd_rungs_are_counted_by_their_class():
    found = amounts(chain())
    assert found["encoder.standard.out.hd.avc.30fps.under-10mbps"] == 2
    assert found["encoder.standard.out.sd.avc.30fps.under-10mbps"] == 2
    assert found["encoder.standard.in.hd.avc.under-10mbps"] == 1


def test_one_path_is_a_single_pipeline():
    assert amounts(chain(paths=1))["encoder.single.in.hd.avc.under-10mbps"] == 1


@pytest.mark.parametrize(
    ("rung", "item"),
    [
        (Rendition(2160, Fraction(50), 16_000_000, "hevc"), "uhd.hevc.60fps.over-10mbps"),
        (Rendition(1080, Fraction(60_000, 1001), 6_000_000), "hd.avc.60fps.under-10mbps"),
        (Rendition(1080, Fraction(30_000, 1001), 6_000_000), "hd.avc.30fps.under-10mbps"),
        (Rendition(576, Fraction(25), 2_000_000), "sd.avc.30fps.under-10mbps"),
        (Rendition(1920, Fraction(25), 6_000_000, width=1080), "hd.avc.30fps.under-10mbps"),
        (Rendition(1280, Fraction(25), 3_000_000, width=720), "hd.avc.30fps.under-10mbps"),
        (Rendition(640, Fraction(25), 800_000, width=360), "sd.avc.30fps.under-10mbps"),
        (Rendition(1080, Fraction(25), 6_000_000, width=2560), "uhd.avc.30fps.under-10mbps"),
    ],
)
def test_an_output_is_classed_by_size_codec_rate_and_bit_rate(rung, item):
    assert f"encoder.standard.out.{item}" in amounts(chain(renditions=(rung,)))


@pytest.mark.parametrize(("run", "billed"), [("1/60", "1/6"), ("1/6", "1/6"), ("601/3600", "11/60"), ("3/2", "3/2")])
def test_a_managed_encoder_is_charged_by_the_minute_and_for_ten_at_least(run, billed):
    found = amounts(chain(hours_on=Fraction(run)))
    assert found["encoder.standard.in.hd.avc.under-10mbps"] == Fraction(billed)
    assert found["contribution.flow"] == 2 * Fraction(run)


def test_a_channel_and_its_push_inputs_are_charged_while_idle():
    assert amounts(chain(hours_idle=Fraction(3, 2), push_inputs=2))["encoder.idle"] == Fraction(9, 2)
    assert "encoder.idle" not in amounts(chain())


@pytest.mark.parametrize("cloud", ["azure", "gcp"])
def test_a_machine_is_charged_while_it_stands(cloud):
    table = prices.table(cloud)
    found = event(chain(cloud, hours_on=Fraction(4), hours_idle=Fraction(1)), table)
    machines = [one for one in found if one.item == f"vm.{table.machine}"]
    assert [(one.role, one.amount) for one in machines] == [("encoder", 10), ("packager", 10)]


def test_each_way_in_and_each_flow_is_charged_while_it_runs():
    found = amounts(chain(inputs=2, flows=4))
    assert found["encoder.standard.in.hd.avc.under-10mbps"] == 2
    assert {found[f"contribution.{part}"] for part in ("flow", "input.under-20mbps", "output.under-20mbps")} == {4}
    assert not [item for item in amounts(chain(flows=0)) if item.startswith("contribution.")]


def test_machines_of_a_named_kind_are_counted_as_that_kind():
    described = chain("gcp", machines=(Machines("encoder", 2, "c3-standard-22"),))
    assert amounts(described)["vm.c3-standard-22"] == 2


def test_machines_of_a_role_stand_in_for_the_managed_service_on_aws():
    found = amounts(chain(machines=(Machines("encoder", 2), Machines("packager", 2))))
    assert found.keys() == {
        "cdn.egress",
        "vm.c7i.4xlarge",
        "contribution.flow",
        "contribution.input.under-20mbps",
        "contribution.output.under-20mbps",
    }


def test_each_segment_is_fetched_once_for_each_packaging_unless_said_otherwise():
    assert amounts(chain(formats=2))["packager.egress"] == 2 * amounts(chain())["packager.egress"]
    assert amounts(chain(origin_gb=Fraction(7)))["packager.egress"] == 7


def test_audio_is_taken_in_too():
    silent, spoken = amounts(chain()), amounts(chain(audio_bps=10_500_000))
    assert spoken["packager.ingest"] == 2 * silent["packager.ingest"]


def test_a_contribution_above_20_mbps_asks_for_another_item_of_each():
    found = amounts(chain(input_bps=25_000_000))
    assert {"encoder.standard.in.hd.avc.over-20mbps", "contribution.input.over-20mbps"} <= found.keys()


@pytest.mark.parametrize("cloud", prices.CLOUDS)
def test_doubling_the_audience_doubles_what_viewers_use_and_nothing_else(cloud):
    one = amounts(chain(cloud, requests=1000))
    two = amounts(chain(cloud, requests=2000, egress_gb=Fraction(45_000)))
    moved = {item for item in two if two[item] != one[item]}
    assert moved == {"cdn.egress", "cdn.requests"} & two.keys()
    assert all(two[item] == 2 * one[item] for item in moved)


@pytest.mark.parametrize("cloud", ["aws", "azure", "gcp"])
def test_data_to_viewers_elsewhere_is_an_item_of_its_own(cloud):
    whole, parted, away = (
        amounts(chain(cloud, far=far(*shares)))
        for shares in ((Fraction(0), Fraction(0)), (Fraction(1, 8), Fraction(1, 8)), (Fraction(0), Fraction(1)))
    )
    assert "cdn.egress.elsewhere" not in whole
    assert parted["cdn.egress"] == 3 * parted["cdn.egress.elsewhere"] == whole["cdn.egress"] * Fraction(3, 4)
    assert "cdn.egress" not in away
    assert away["cdn.egress.elsewhere"] == whole["cdn.egress"]


@pytest.mark.parametrize(
    ("share", "text"),
    [("1/8", "12.5 %"), ("3/10", "30 %"), ("1/100000", "0.1 %"), ("99999/100000", "99.9 %"), ("1", "100 %")],
)
def test_a_share_does_not_read_as_nothing_or_as_all_where_it_is_neither(share, text):
    assert far(Fraction(share), Fraction(0)).why.startswith(f"data to {text} of the viewers")


@pytest.mark.parametrize("cloud", prices.CLOUDS)
def test_a_chain_that_is_kept_on_has_no_viewers_and_records_nothing(cloud):
    found = amounts(chain(cloud, requests=1000, archive_gb=Fraction(9), hours_idle=Fraction(1)), kept_on)
    assert not found.keys() & {"cdn.egress", "cdn.requests", "cdn.fill", "packager.egress", "archive.storage"}
    assert not found.keys() & {"encoder.idle"}
    assert found


@pytest.mark.parametrize("cloud", ["aws", "azure", "gcp"])
def test_drm_adds_its_secret_and_the_vendor_s_licences(cloud):
    added = amounts(chain(cloud, drm=True)).keys() - amounts(chain(cloud)).keys()
    assert added == {"drm.secret", "drm.licences"}


@pytest.mark.parametrize("cloud", prices.CLOUDS)
def test_every_item_of_a_plain_chain_is_in_the_table(cloud):
    table = prices.table(cloud)
    described = chain(
        cloud,
        requests=1,
        archive_gb=Fraction(1),
        drm=True,
        hours_idle=Fraction(1),
        push_inputs=1,
        far=far(Fraction(1, 2), Fraction(0)),
    )
    assert {one.item for one in event(described, table)} <= table.items.keys()
