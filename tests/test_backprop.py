"""Gradients: of the article's neuron, of networks and of graphs that are neither, all from one plan of rules."""

import math
from array import array
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from backprop_tui.core.backprop import Phase, backward_order, contributions, gradient_name, plan, run
from backprop_tui.core.codegen import FAST, python
from backprop_tui.core.compiled import Outcome, compile_training, source
from backprop_tui.core.expression import Condition, Name, Number, Piecewise, evaluate, product
from backprop_tui.core.graph import Graph, GraphError, Role
from backprop_tui.core.models.dense import build, given_by, initial_parameters
from backprop_tui.core.scenario import Scenario
from tests.models import (
    GENERAL,
    OLAH,
    SHORTCUT,
    bits,
    central_difference,
    computed,
    from_table,
    given_at_start,
    graphs,
    network,
    neuron,
    parameter,
    scenarios,
    values_of,
)


def test_the_articles_epoch() -> None:
    scenario = neuron()
    graph = build(scenario)
    rules = plan(graph)
    assert list(zip([rule.quantity for rule in rules], run(rules, given_at_start(scenario, graph)), strict=True)) == [
        *(("z", 3.5), ("a", 3.5), ("loss", 0.25)),
        *(("dL_da", -1.0), ("da_dz", 1.0), ("dz_dw", 2.0), ("dz_db", 1.0)),
        *(("dL_dw", -2.0), ("dL_db", -1.0), ("w", 1.7), ("b", 0.6)),
    ]


def test_the_chain_is_a_product_from_the_nearest_gradient_and_paths_are_summands() -> None:
    one, layered = build(neuron()), build(network((1, 1, 2)))
    assert contributions(one, "w") == (product((Name("dL_da"), Name("da_dz"), Name("dz_dw"))),)
    assert contributions(layered, "w1_1_1") == (product((Name("dL_dz1_1"), Name("dz1_1_dw1_1_1"))),)
    assert contributions(layered, "a1_1") == (
        product((Name("dL_dz2_1"), Name("dz2_1_da1_1"))),
        product((Name("dL_dz2_2"), Name("dz2_2_da1_1"))),
    )
    assert contributions(SHORTCUT, "p") == (
        product((Name("dr_dq"), Name("dq_dp"))),
        Name("dr_dp_direct"),
    )


def test_known_gradients_of_graphs_that_are_no_layers() -> None:
    doubled = values_of(*GENERAL["doubled"])
    assert (doubled["b"], doubled["db_da"]) == (6.0, 2.0)
    olah = values_of(*GENERAL["olah"])
    assert (olah["e"], olah["de_da"], olah["de_db"]) == (6.0, 2.0, 5.0)
    shortcut = values_of(*GENERAL["shortcut"])
    p = -0.375
    by_hand = 2 * p * math.tanh(p) + p * p * (1 - math.tanh(p) ** 2)
    assert shortcut["dr_dp"] == pytest.approx(by_hand, rel=1e-14)
    assert shortcut["dr_dw"] == pytest.approx(-0.5 * by_hand, rel=1e-14)


@given(graphs())
def test_every_gradient_of_any_graph_agrees_with_central_differences(drawn: tuple[Graph, dict[str, float]]) -> None:
    graph, numbers = drawn
    values = values_of(graph, numbers)
    size = max(map(abs, values.values()), default=1.0)
    assume(size < 1e3)
    for node in graph.parameters:
        expected = central_difference(graph, numbers, node.name)
        assert values[gradient_name(graph, node.name)] == pytest.approx(expected, abs=1e-6 * max(1.0, size))


def test_the_gradients_of_a_network_agree_with_central_differences() -> None:
    for scenario in (network((2, 2, 1)), network((2, 3, 2, 2))):
        graph = build(scenario)
        numbers = given_at_start(scenario, graph)
        values = values_of(graph, numbers)
        for node in graph.parameters:
            expected = central_difference(graph, numbers, node.name)
            assert values[f"dL_d{node.name}"] == pytest.approx(expected, abs=1e-9)


@given(graphs())
def test_the_walk_back_visits_every_node_once_after_all_its_consumers(drawn: tuple[Graph, object]) -> None:
    graph = drawn[0]
    order = [node.name for node in backward_order(graph)]
    assert sorted(order) == sorted(graph.learning)
    for name in order:
        assert all(order.index(user.name) < order.index(name) for user in graph.consumers[name])


def test_an_update_is_simultaneous_and_leaves_fixed_parameters_alone() -> None:
    graph = Graph((parameter("a"), parameter("c", fixed=True), computed("r", "multiply", "a", "c", "a")))
    rules = plan(graph)
    new = dict(zip([rule.quantity for rule in rules], run(rules, {"a": 3.0, "c": 2.0, "lr": 0.5}), strict=True))
    assert (new["dr_da"], new["dr_dc"]) == (12.0, 9.0)
    assert new["a"] == 3.0 - 0.5 * 12.0
    assert [rule.quantity for rule in rules if rule.phase is Phase.UPDATE] == ["a"]
    # b steps by its gradient at the old a = 2, not at the new one.
    assert trained(OLAH, (2.0, 1.0), (1.0,), 0.5)[2] == (2.0 - 0.5 * 2.0, 1.0 - 0.5 * 5.0)


@pytest.mark.parametrize(
    ("graph", "name"),
    [
        (Graph((parameter("lr"), computed("r", "tanh", "lr"))), "lr"),
        (Graph((parameter("w"), computed("dr_dw", "tanh", "w"), computed("r", "add", "w", "dr_dw"))), "dr_dw"),
    ],
)
def test_two_quantities_of_one_name_are_refused(graph: Graph, name: str) -> None:
    with pytest.raises(GraphError, match=f"two quantities are called {name}"):
        plan(graph)


def test_a_target_that_learns_is_refused() -> None:
    for target in ("w", "v"):
        nodes = (parameter("w"), parameter("v"), computed("p", "tanh", "v"), computed("r", "mse", "p", target))
        with pytest.raises(GraphError, match="r: a target of mse must not depend on a parameter"):
            plan(Graph(nodes if target == "w" else nodes[1:]))


def test_a_missing_number_is_an_error() -> None:
    with pytest.raises(KeyError, match="one"):
        run(plan(OLAH), {"a": 2.0, "b": 1.0, "lr": 0.1})


SMALL = 0.01  # the loss that these epochs are told to be content with


def trained(
    graph: Graph, parameters: tuple[float, ...], sample: tuple[float, ...], lr: float, *, one_sample: bool = True
) -> tuple[Outcome, float | None, tuple[float, ...]]:
    """How one compiled epoch over one sample ends, its loss and the parameters after it, where it is whole."""
    losses, ends = array("d"), array("d")
    train = compile_training(graph, one_sample=one_sample).safe
    outcome = train(parameters, (sample,), (lr, 0.0), 1, losses, ends, SMALL)
    return outcome, losses[0] if losses else None, tuple(ends)


def same_pass(graph: Graph, parameters: tuple[float, ...], given_numbers: dict[str, float], lr: float) -> bool:
    """Whether the compiled pass gives the bits of the interpreted one."""
    names = [node.name for node in graph.parameters]
    rules = plan(graph)
    numbers = given_numbers | dict(zip(names, parameters, strict=True)) | {"lr": lr}
    results = run(rules, numbers)
    by_name = {rule.quantity: v for rule, v in zip(rules, results, strict=True) if rule.phase is not Phase.UPDATE}
    new = {rule.quantity: v for rule, v in zip(rules, results, strict=True) if rule.phase is Phase.UPDATE}
    order = [node.name for node in graph.nodes if node.role in (Role.INPUT, Role.TARGET)]
    sample = tuple(given_numbers[name] for name in order)
    both = [trained(graph, parameters, sample, lr, one_sample=one) for one in (True, False)]
    if not all(map(math.isfinite, results)):
        return both == [(Outcome(0, broken=True), None, ())] * 2
    used = [abs(by_name[gradient_name(graph, node.name)]) for node in graph.parameters if not node.fixed]
    settled = by_name[graph.root.name] <= SMALL or max(used, default=0.0) <= 1e-9
    expected = [by_name[graph.root.name], *(new.get(n, numbers[n]) for n in names)]
    return all(
        outcome == Outcome(1, settled=settled)
        and bits([loss + 0.0, *after]) == bits([expected[0] + 0.0, *expected[1:]])
        for outcome, loss, after in both
    )


@given(scenarios(), st.integers(1, 8))
def test_the_compiled_pass_of_any_scenario_gives_the_same_bits(scenario: Scenario, passes: int) -> None:
    graph, parameters = build(scenario), initial_parameters(scenario)
    for number in range(passes):
        sample = scenario.samples[number % len(scenario.samples)]
        numbers = given_by(scenario, sample)
        assert same_pass(graph, parameters, numbers, scenario.learning_rate)
        outcome, _, parameters = trained(graph, parameters, (*sample.x, *sample.y), scenario.learning_rate)
        if outcome.broken:
            break


@given(graphs())
def test_the_compiled_pass_of_any_graph_gives_the_same_bits(drawn: tuple[Graph, dict[str, float]]) -> None:
    graph, numbers = drawn
    names = [node.name for node in graph.parameters]
    given_numbers = {name: value for name, value in numbers.items() if name not in names}
    assert same_pass(graph, tuple(numbers[name] for name in names), given_numbers, 0.1)


def test_an_epoch_is_judged_by_its_gradients_not_by_parameters_that_have_stepped() -> None:
    product = Graph((parameter("w"), parameter("c"), computed("r", "multiply", "w", "c")))
    # dr/dw is c, dr/dc is w, both 1; the step takes both parameters to 0.
    assert trained(product, (1.0, 1.0), (), 1.0) == (Outcome(1), 1.0, (0.0, 0.0))
    assert trained(product, (1.0, 1.0), (), 1.0, one_sample=False) == (Outcome(1), 1.0, (0.0, 0.0))


@pytest.mark.parametrize("name", ["exp", "add", "max", "abs", "given", "parameters", "d", "len", "range", "enumerate"])
def test_no_name_of_a_node_collides_with_the_generated_code(name: str) -> None:
    graph = Graph((parameter("w"), parameter(name), computed("p", "sigmoid", name), computed("r", "add", "p", "w")))
    assert same_pass(graph, (0.3, -0.4), {}, 0.1), source(graph, one_sample=True)


def test_the_first_branch_that_holds_is_taken_in_generated_code_too() -> None:
    z = Name("z")
    rule = Piecewise(((Condition(z, ">", Number(1.0)), z), (Condition(z, ">", Number(0.0)), -z)), Number(7.0))
    for value in (2.0, 0.5, 0.0):
        namespace: dict[str, float] = {"z": value}
        exec(f"result = {python(rule, FAST)}", namespace)  # noqa: S102 - what the program does with it
        assert namespace["result"] == evaluate(rule, {"z": value})


def test_sums_too_long_for_pythons_compiler_still_run_left_to_right() -> None:
    wide = neuron(x=[0.1 * i for i in range(999)], w=[(-1.7) ** (i % 40) for i in range(999)], activation="tanh")
    assert same_pass(build(wide), initial_parameters(wide), given_by(wide, wide.samples[0]), 0.1)


def test_training_is_pytorchs(pytorch: dict[str, Any]) -> None:
    for table in pytorch["training"]:
        scenario = from_table(table)
        graph = build(scenario)
        rules, parameters = plan(graph), initial_parameters(scenario)
        names = [node.name for node in graph.parameters]
        for number, expected in enumerate(table["passes"]):
            sample = scenario.samples[number % len(scenario.samples)]
            numbers = dict(zip(names, parameters, strict=True)) | given_by(scenario, sample)
            numbers |= {"lr": scenario.learning_rate}
            results = list(zip(rules, run(rules, numbers), strict=True))
            values = {rule.quantity: value for rule, value in results if rule.phase is not Phase.UPDATE}
            numbers |= {rule.quantity: value for rule, value in results if rule.phase is Phase.UPDATE}
            parameters = tuple(numbers[name] for name in names)
            gradients = [values[f"dL_d{name}"] for name in names]
            place = f"{scenario.name}, pass {number + 1}"
            assert values["loss"] == pytest.approx(expected["loss"], rel=1e-12, abs=1e-12), place
            assert gradients == pytest.approx(expected["gradients"], rel=1e-12, abs=1e-12), place
            assert list(parameters) == pytest.approx(expected["parameters"], rel=1e-12, abs=1e-12), place
    assert len(pytorch["training"]) == 37 + 4


def test_mazurs_loss_after_one_update(pytorch: dict[str, Any]) -> None:
    scenario = next(from_table(table) for table in pytorch["training"] if table["name"].startswith("Mazur"))
    graph, sample = build(scenario), scenario.samples[0]
    losses, ends = array("d"), array("d")
    train = compile_training(graph, one_sample=True).quick
    train(initial_parameters(scenario), ((*sample.x, *sample.y),), (0.5, 0.0), 2, losses, ends, 0.0)
    assert losses[0] == pytest.approx(0.298371109, abs=1e-9)  # as the article prints it
    assert ends[0] == pytest.approx(0.149780716, abs=1e-9)
    assert losses[1] == 0.29102777369359933  # 0.291027924 where the output weights are updated first
