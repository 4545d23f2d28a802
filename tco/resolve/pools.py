"""A pool: its hardware, power, egress and what a failed node costs in time."""

from __future__ import annotations

from dataclasses import replace

from tco.catalog.match import CatalogMatch
from tco.catalog.node_price import NodePrice
from tco.catalog.sourced import planned
from tco.costing.egress import Band, EgressTerms
from tco.costing.pool_model import PoolModel, PowerTerms
from tco.plan.pools import OwnedNode, Pool
from tco.plan.service import Service
from tco.providers.aws import REGION_KEY
from tco.providers.provider import Provider
from tco.ranges import Range, point
from tco.resolve.lookup import Lookup
from tco.resolve.providers import pool_provider, pool_region
from tco.resolve.supply import node_name, price_of, priced_regions, resolve_supply

__all__ = ["resolve_pool"]

EVERYTHING = float("inf")


def resolve_pool(todo: Lookup, service: str, name: str, pool: Pool, spec: Service) -> PoolModel:
    """Return a pool with its price, its power, its egress and its reliability. Raises NotFound."""
    path = f"services.{service}.pools.{name}"
    provider = pool_provider(todo.catalog, pool)
    region = pool_region(todo.source, pool, provider)
    gpu, gpus, price = _hardware(todo, path, pool, provider, region=region)
    size = max(1, -(-(spec.serving.gpus_per_replica or gpus) // gpus))
    boot_name = f"boot_and_load_hours_{'single' if gpus == 1 else 'multi'}_gpu"
    boot = todo.stated_or(f"pools.{name}.boot_hours", pool.boot_hours, "h", boot_name)
    supply = resolve_supply(todo, path, name, pool, region=region, price=price, boot=boot)
    standby = spec.standby
    return PoolModel(
        name=name,
        plan=pool,
        provider=provider,
        node=node_name(pool),
        gpu=gpu,
        gpus=gpus,
        region=region,
        supply=supply,
        power=_power(todo, f"pools.{name}", pool.owned) if pool.owned else None,
        mtbf_hours=todo.stated_or(
            f"{service}.standby.mtbf_hours", standby.mtbf_hours, "h", "node_mtbf_hours"
        ),
        mttr_hours=todo.stated_or(
            f"{service}.standby.mttr_hours", standby.mttr_hours, "h", provider.repair_figure
        ),
        boot_hours=boot,
        egress=_egress(todo, service, pool, provider, spec=spec, price=price),
        nodes_per_replica=size,
    )


def _hardware(
    todo: Lookup, path: str, pool: Pool, provider: Provider, region: str | None
) -> tuple[str, int, CatalogMatch[NodePrice] | None]:
    """GPU, number and price row of a pool."""
    if pool.owned is not None:
        gpu = todo.catalog.gpu(pool.owned.gpu)
        if gpu is None:
            raise todo.fail(
                f"{path}.owned.gpu",
                f'no GPU "{pool.owned.gpu}".',
                todo.known(pool.owned.gpu, todo.catalog.gpu_names),
            )
        return gpu, pool.owned.gpus, None
    if pool.instance is not None:
        known = todo.catalog.instance(pool.instance)
        if known is None:
            raise todo.fail(
                f"{path}.instance",
                f'no price for "{pool.instance}".',
                todo.known(pool.instance, todo.catalog.instance_names),
            )
        if region is None:
            raise todo.fail(
                f"{path}.region",
                "the region is not stated.",
                (
                    f"Write {REGION_KEY} beside tco:plan, or region in the pool."
                    if provider.in_stack_region
                    else "Write region in the pool."
                )
                + priced_regions(todo, pool.instance),
            )
        gpu = todo.catalog.gpu(known.gpu)
        price = price_of(todo, path, pool, region)
        return gpu or known.gpu, known.gpus, price
    offer = todo.catalog.offer(pool.offer or "")
    if offer is None:
        raise todo.fail(
            f"{path}.offer",
            f'no offer "{pool.offer}".',
            todo.known(pool.offer or "", todo.catalog.offer_names),
        )
    price = price_of(todo, path, pool, None)
    return todo.catalog.gpu(offer.gpu or "") or offer.gpu or "", offer.gpus or 1, price


def _power(todo: Lookup, path: str, owned: OwnedNode) -> PowerTerms:
    power, colocation = owned.power, owned.colocation
    monthly = None
    if colocation is not None:
        value = colocation.usd_per_month
        if value is None and colocation.kw is not None and colocation.usd_per_kw_month is not None:
            kw, price = colocation.kw, colocation.usd_per_kw_month
            value = Range(kw.low * price.low, kw.likely * price.likely, kw.high * price.high)
        if value is not None:
            monthly = todo.stated(f"{path}.owned.colocation", value, "USD/month")
    if power is None:
        return PowerTerms(
            idle_w=None, load_w=None, pue=None, usd_per_kwh=None, colocation_usd_per_month=monthly
        )
    return PowerTerms(
        idle_w=todo.stated(f"{path}.owned.power.idle_w", power.idle_w, "W"),
        load_w=todo.stated(f"{path}.owned.power.load_w", power.load_w, "W"),
        pue=todo.stated_or(f"{path}.owned.power.pue", power.pue, "ratio", "pue"),
        usd_per_kwh=todo.stated_or(
            f"{path}.owned.power.usd_per_kwh",
            power.usd_per_kwh,
            "USD/kWh",
            "electricity_usd_per_kwh",
        ),
        colocation_usd_per_month=monthly,
    )


def _egress(
    todo: Lookup,
    service: str,
    pool: Pool,
    provider: Provider,
    spec: Service,
    price: CatalogMatch[NodePrice] | None,
) -> EgressTerms:
    stated, node = spec.egress, node_name(pool)
    bands: tuple[Band, ...]
    free_gb, label = 0.0, provider.egress_label(node)
    own = price.row.egress_usd_per_gb if price is not None else None
    if stated.to == "private":
        free = planned("private network", point(0.0), "USD/GB", "egress.to is private")
        bands, label = (Band(EVERYTHING, free),), "stays private"
    elif own is not None and price is not None:
        bands = (Band(EVERYTHING, price.sourced(f"{node}: egress", own, "USD/GB")),)
    else:
        bands, free_gb = _internet(todo, provider)
    return EgressTerms(
        bytes_per_output_token=todo.stated_or(
            f"{service}.egress.bytes_per_output_token",
            stated.bytes_per_output_token,
            "B",
            "egress_bytes_per_token",
        ),
        overhead_bytes=todo.stated_or(
            f"{service}.egress.overhead_bytes",
            stated.overhead_bytes,
            "B",
            "egress_overhead_bytes_per_response",
        ),
        gb_per_month=todo.stated(f"{service}.egress.gb_per_month", stated.gb_per_month, "GB/month")
        if stated.gb_per_month is not None
        else None,
        bands=bands,
        free_gb=free_gb,
        claims_free_tier=free_gb > 0 and stated.free_tier,
        destination=stated.to,
        label=label,
    )


def _internet(todo: Lookup, provider: Provider) -> tuple[tuple[Band, ...], float]:
    """Return a provider's tiers of transfer to the internet, with the GB that it gives free."""
    bands = tuple(Band(tier.up_to_gb, todo.figure(tier.figure)) for tier in provider.egress_tiers)
    if provider.free_egress_figure is None:
        return bands, 0.0
    volume = todo.figure(provider.free_egress_figure)
    free = replace(
        volume,
        name=f"{provider.name} free tier",
        value=point(0.0),
        unit="USD/GB",
        estimate=False,
    )
    return (Band(volume.value.likely, free), *bands), volume.value.likely
