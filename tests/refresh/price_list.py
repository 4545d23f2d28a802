"""Items of the AWS price list, in the shape of `aws pricing get-products` of November 2026."""

from __future__ import annotations

import json
from typing import Any

from tests.refresh.conftest import Aws

FIELDS = {
    "operatingSystem": "Linux",
    "tenancy": "Shared",
    "preInstalledSw": "NA",
    "capacitystatus": "Used",
    "licenseModel": "No License required",
    "marketoption": "OnDemand",
    "locationType": "AWS Region",
}
TERM, RATE = "JRTCKXETXF", "6YS6EN2CT7"


def product(instance: str, usd: str, sku: str, region: str = "us-east-1", **attributes: str) -> str:
    """A product with its terms: JSON in a string, as the service sends it."""
    dimension: dict[str, Any] = {
        "unit": "Hrs",
        "endRange": "Inf",
        "description": f"${usd} per On Demand Linux {instance} Instance Hour",
        "appliesTo": [],
        "rateCode": f"{sku}.{TERM}.{RATE}",
        "beginRange": "0",
        "pricePerUnit": {"USD": usd},
    }
    reserved: dict[str, Any] = {
        "unit": "Quantity",
        "description": "Upfront Fee",
        "appliesTo": [],
        "rateCode": f"{sku}.38NPMPTW36.2TG2D8R56U",
        "pricePerUnit": {"USD": "300000"},
    }
    item: dict[str, Any] = {
        "product": {
            "productFamily": "Compute Instance",
            "attributes": {
                "instanceType": instance,
                "regionCode": region,
                "location": "US East (N. Virginia)",
                "servicecode": "AmazonEC2",
                "usagetype": f"BoxUsage:{instance}",
                "operation": "RunInstances",
                "vcpu": "192",
                **FIELDS,
                **attributes,
            },
            "sku": sku,
        },
        "serviceCode": "AmazonEC2",
        "terms": {
            "OnDemand": {
                f"{sku}.{TERM}": {
                    "priceDimensions": {f"{sku}.{TERM}.{RATE}": dimension},
                    "sku": sku,
                    "effectiveDate": "2026-11-01T00:00:00Z",
                    "offerTermCode": TERM,
                    "termAttributes": {},
                }
            },
            "Reserved": {
                f"{sku}.38NPMPTW36": {
                    "priceDimensions": {f"{sku}.38NPMPTW36.2TG2D8R56U": reserved},
                    "sku": sku,
                    "effectiveDate": "2026-11-01T00:00:00Z",
                    "offerTermCode": "38NPMPTW36",
                    "termAttributes": {"LeaseContractLength": "1yr"},
                }
            },
        },
        "version": "20261120190523",
        "publicationDate": "2026-11-20T19:05:23Z",
    }
    return json.dumps(item)


def tiered(instance: str, sku: str) -> str:
    """A product that is cheaper from its 1,000th hour on."""
    item = json.loads(product(instance, "2.0000000000", sku))
    dimensions = item["terms"]["OnDemand"][f"{sku}.{TERM}"]["priceDimensions"]
    dimensions[f"{sku}.{TERM}.TIER2"] = {
        "unit": "Hrs",
        "beginRange": "1000",
        "endRange": "Inf",
        "pricePerUnit": {"USD": "1.5000000000"},
    }
    return json.dumps(item)


def lists(aws: Aws, *items: str, region: str = "us-east-1", pages: int = 1) -> None:
    """The price list of a region answers with these products, on several pages."""
    filters = [
        {"Type": "TERM_MATCH", "Field": field, "Value": value}
        for field, value in {**FIELDS, "regionCode": region}.items()
    ]
    for page in range(pages):
        response: dict[str, Any] = {"FormatVersion": "aws_v1", "PriceList": items[page::pages]}
        params: dict[str, Any] = {"ServiceCode": "AmazonEC2", "Filters": filters}
        if page + 1 < pages:
            response["NextToken"] = f"page {page + 1}"
        if page:
            params["NextToken"] = f"page {page}"
        response["PriceList"] = list(response["PriceList"])
        aws.answers("pricing", "us-east-1", "get_products", response, params)
