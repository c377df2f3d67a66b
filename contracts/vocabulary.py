"""The vocabulary of topics, approaches and accessibility: stable keys with English labels.

The German labels are in ``vocabulary_german``.

Keys are never renamed or reused; labels may change. Topics are in the words of clients, not
diagnoses.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from annotated_doc import Doc

TOPICS: dict[str, str] = {
    "addiction": "Addiction and habits",
    "adhd": "ADHD and attention",
    "ageing": "Growing older",
    "anger": "Anger",
    "anxiety": "Anxiety",
    "autism": "Autism and neurodiversity",
    "bipolar": "Strong ups and downs of mood",
    "body-image": "Body image",
    "burnout": "Burnout",
    "caregiving": "Caring for another person",
    "choosing-a-specialist": "Choosing a specialist",
    "couples": "Couples and partnership",
    "culture-and-migration": "Migration and living between cultures",
    "depression": "Depression and low mood",
    "discrimination": "Racism and discrimination",
    "eating": "Eating and food",
    "family": "Family",
    "first-steps": "First steps",
    "gender": "Gender and identity",
    "grief": "Grief and loss",
    "illness-and-pain": "Living with illness or pain",
    "life-changes": "Changes in life",
    "loneliness": "Loneliness",
    "obsessions": "Obsessive thoughts and compulsions",
    "panic": "Panic",
    "parenting": "Parenting",
    "perinatal": "Pregnancy and the time after birth",
    "phobias": "Fears and phobias",
    "postponing": "Postponing and motivation",
    "relationships": "Relationships",
    "self-esteem": "Self-esteem",
    "separation": "Separation and divorce",
    "sexuality": "Sexuality",
    "sleep": "Sleep",
    "stress": "Stress",
    "students": "Studying and exams",
    "trauma": "Trauma",
    "unusual-experiences": "Hearing voices and unusual experiences",
    "work": "Work",
    "young-people": "Children and young people",
}

APPROACHES: dict[str, str] = {
    "acceptance-and-commitment": "Acceptance and commitment therapy (ACT)",
    "art-therapy": "Art therapy",
    "body-oriented": "Body-oriented psychotherapy",
    "cognitive-behavioural": "Cognitive behavioural therapy (CBT)",
    "compassion-focused": "Compassion-focused therapy",
    "dialectical-behavioural": "Dialectical behaviour therapy (DBT)",
    "emdr": "Eye movement desensitisation and reprocessing (EMDR)",
    "emotionally-focused": "Emotionally focused therapy",
    "existential": "Existential therapy",
    "family-therapy": "Family therapy",
    "gestalt": "Gestalt therapy",
    "hypnotherapy": "Hypnotherapy",
    "integrative": "Integrative psychotherapy",
    "interpersonal": "Interpersonal psychotherapy",
    "mindfulness-based": "Mindfulness-based therapy",
    "narrative": "Narrative therapy",
    "person-centred": "Person-centred therapy",
    "psychoanalytic": "Psychoanalysis",
    "psychodynamic": "Psychodynamic psychotherapy",
    "schema-therapy": "Schema therapy",
    "solution-focused": "Solution-focused brief therapy",
    "systemic": "Systemic therapy",
}

ACCESSIBILITY: dict[str, str] = {
    "captions": "Live captions in video sessions",
    "easy-language": "Easy language",
    "evenings": "Sessions in the evening",
    "ground-floor": "No steps to the room",
    "home-visits": "Home visits",
    "interpreter": "Sessions with an interpreter",
    "low-sensory": "A quiet room with soft light",
    "phone": "Sessions by phone",
    "public-transport": "Easy to reach by public transport",
    "service-animals": "Service animals are welcome",
    "sign-language": "Sign language",
    "text-chat": "Sessions by text chat",
    "wheelchair": "Wheelchair access",
}


@dataclass(frozen=True, kw_only=True)
class Term:
    """One entry of the vocabulary."""

    key: Annotated[str, Doc("Stable; what profiles and filters bear.")]
    label: Annotated[str, Doc("For people, in the language of the answer.")]


@dataclass(frozen=True, kw_only=True)
class Vocabulary:
    """All topics, approaches and kinds of accessibility."""

    topics: list[Term]
    approaches: list[Term]
    accessibility: list[Term]
