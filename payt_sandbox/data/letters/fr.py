"""The correspondence in French."""

from typing import Final

from payt_sandbox.data.letters.shape import Letters

FRENCH: Final = Letters(
    months=(
        *("janvier", "février", "mars", "avril", "mai", "juin"),
        *("juillet", "août", "septembre", "octobre", "novembre", "décembre"),
    ),
    day="{} {}",
    first="1er",
    refs={"invoice": "facture {number}", "credit_case": "dossier {number}", "debtor": "factures ouvertes"},
    abouts={"invoice": "la facture {number}", "credit_case": "le dossier {number}", "debtor": "les factures ouvertes"},
    subjects={
        "open": ("Pas encore payé : {ref}", "Paiement attendu : {ref}"),
        "copy": ("Copie demandée : {ref}", "Jamais reçu : {ref}"),
        "dispute": ("Erreur : {ref}", "Contestation : {ref}"),
        "promise": ("Paiement prévu : {ref}",),
        "instalments": ("Paiement échelonné : {ref}", "Demande de délai : {ref}"),
        "claimed": ("Déjà payé : {ref}",),
        "order": ("Numéro de commande manquant : {ref}",),
        "contact": ("Changement de coordonnées", "Notre nouvelle adresse pour les factures"),
        "statement": ("Relevé demandé : {ref}",),
        "credit": ("Notre avoir : {ref}",),
        "costs": ("Contestation des frais : {ref}",),
        "question": ("Question : {ref}",),
    },
    reply="RE : ",
    automatic="Réponse automatique : ",
    wrote="Le {} vous avez écrit :",
    our_salutations=("Bonjour {person},", "Madame, Monsieur,"),
    their_salutations=("Bonjour,", "Bonjour {us},", "Madame, Monsieur,"),
    our_closings=("Cordialement,\n{us}\n{house}",),
    their_closings=("Cordialement,\n{person}", "Bien à vous,\n{person}\nComptabilité", "Merci, {person}"),
    ours={
        "when": (
            "Nous n'avons pas encore reçu de paiement pour {about}. Quand pouvons-nous l'attendre ?",
            "Nous ne voyons pas de paiement pour {about}. Y a-t-il un problème, ou quand allez-vous payer ?",
            "Pourriez-vous nous dire quand vous payez {about} ? Le délai est dépassé.",
        ),
        "when_again": ("Nous n'avons pas eu de réponse. Pouvez-vous payer {about} cette semaine ou nous appeler ?",),
        "when_last": (
            "Malgré deux messages, nous n'avons rien reçu pour {about}. Ceci est le dernier avant d'autres démarches.",
        ),
        "when_phone": (
            "Nous avons essayé de vous appeler concernant {about}, sans succès. Pouvez-vous nous rappeler ?",
        ),
        "copy_sent": ("Vous trouverez {about} à nouveau en annexe. Le délai de paiement ne change pas.",),
        "copy_late": ("Veuillez nous excuser pour l'attente. Vous trouverez {about} en annexe, en PDF.",),
        "noted": (
            "Merci. Nous avons noté que vous payez pour le {promise} au plus tard.",
            "Merci, nous vérifierons le {promise} si le paiement est arrivé.",
        ),
        "broken": (
            "Vous deviez payer {about} pour le {promise}. Nous n'avons encore rien reçu. Pouvez-vous vérifier ?",
        ),
        "looking": ("Merci pour votre message. Nous vérifions et revenons vers vous.",),
        "credit_note": ("Vous avez raison, cette ligne est une erreur de notre part. Vous recevrez un avoir.",),
        "answer_line": ("Nous avons vérifié : bon de travail et offre sont joints, et le montant est correct.",),
        "inst_which": ("Nous pouvons en discuter. Quels montants et quelles dates proposez-vous ?",),
        "inst_passed": ("Merci. Nous examinons votre proposition et vous dirons si nous sommes d'accord.",),
        "inst_refuse": (
            "Un paiement échelonné n'est pas possible pour {about}. Nous vous prions de payer le montant entier.",
        ),
        "not_found": ("Nous ne trouvons pas votre paiement du {paid}. Pouvez-vous nous envoyer une preuve ?",),
        "other": ("Merci. Ce paiement concerne une facture plus ancienne ; nous n'avons rien reçu pour {about}.",),
        "found": ("Votre paiement du {paid} est bien arrivé et il est enregistré. Merci.",),
        "order_which": ("Quel numéro de commande faut-il indiquer pour {about} ?",),
        "order_noted": ("Merci, nous vous renvoyons la facture avec ce numéro.",),
        "contact_noted": ("Merci. Avant de le changer, nous vous appelons au numéro que nous avons.",),
        "statement_sent": ("Vous trouverez en annexe un relevé de ce qui est ouvert aujourd'hui.",),
        "credit_answer": ("C'est possible : nous pouvons rembourser ou compenser. Que préférez-vous ?",),
        "costs_explain": (
            "Les frais suivent le barème légal et sont dus parce que rien n'a été payé après nos rappels.",
        ),
        "costs_final": ("Nous avons examiné votre contestation. Les frais pour {about} restent dus.",),
        "fine": ("C'est parfait, merci pour votre message.",),
    },
    theirs={
        "promise": (
            "Vous recevrez le paiement pour {about} le {promise} au plus tard.",
            "Veuillez nous excuser pour le retard. Le paiement est prévu pour le {promise}.",
            "Nous payons {about} le {promise}.",
        ),
        "promise_friday": ("Nous payons {about} vendredi prochain.",),
        "promise_new": (
            "Notre client nous a payés en retard. Nous faisons le virement en début de semaine prochaine.",
        ),
        "paid_now": ("Comme convenu, nous avons payé {about} aujourd'hui.",),
        "copy_ask": (
            "Nous n'avons jamais reçu {about}. Pourriez-vous nous envoyer une copie ?",
            "Nous ne trouvons pas {about} dans nos livres. Merci de nous l'envoyer à nouveau en PDF.",
        ),
        "copy_again": ("Nous avions demandé une copie pour {about} et nous ne l'avons toujours pas.",),
        "copy_thanks": ("Merci, la copie est arrivée. Nous payons pour le {promise} au plus tard.",),
        "dispute": (
            "Nous contestons {about} : la pompe de la deuxième ligne n'a jamais été livrée. Merci d'envoyer un avoir.",
            "Vous comptez quatre heures le samedi pour {about} ; votre technicien est resté deux heures.",
            "Le prix est plus élevé que dans votre offre. Pouvez-vous vérifier {about} ?",
        ),
        "dispute_again": ("Nous n'avons pas eu de réponse concernant {about}. Sans réponse, nous ne payons pas.",),
        "dispute_last": ("Nous vous écrivons pour la troisième fois concernant {about}. Appelez-nous aujourd'hui.",),
        "dispute_no": ("Nous ne sommes pas d'accord avec vos explications. Nous payons seulement ce qui est juste.",),
        "dispute_lawyer": ("Comme vous ne répondez pas, nous transmettons {about} à notre avocat.",),
        "inst_ask": (
            "Pouvons-nous payer {about} en trois fois ? Le chiffre d'affaires est faible ce trimestre.",
            "Nous ne pouvons pas payer {about} en une fois. Un échelonnement est-il possible ?",
        ),
        "inst_again": ("Merci de répondre à notre question : pouvons-nous payer en plusieurs fois ?",),
        "inst_terms": ("Nous proposons un tiers le {promise} et le reste sur les deux mois suivants.",),
        "claimed": (
            "Nous avons déjà payé {about} le {paid}, voir annexe.",
            "Selon notre banque, nous avons payé {about} le {paid}. Pouvez-vous vérifier ?",
        ),
        "claimed_again": (
            "Encore un rappel pour {about}, alors que nous avons payé le {paid}. Merci de répondre.",
            "Nous vous avons déjà écrit que nous avons payé {about} le {paid}. Pourquoi pas de réponse ?",
        ),
        "proof": ("Vous trouverez en annexe l'extrait de notre banque.", ""),
        "order_missing": ("Notre numéro de commande manque. Sans lui, nous ne pouvons pas payer {about}.",),
        "order_again": (
            "Nous n'avons pas encore reçu de facture avec le numéro. Entre-temps {about} reste chez nous.",
        ),
        "order_number": ("Le numéro de commande est {order}. Pouvez-vous nous renvoyer la facture ?",),
        "away": (
            "Je suis absent jusqu'au {back}. Les messages ne sont pas transférés. En cas d'urgence : {colleague}.",
        ),
        "email": (
            "Merci d'envoyer désormais les factures et les rappels à {email}. L'ancienne adresse n'est plus lue.",
        ),
        "person": ("{leaver} ne travaille plus chez nous. Je suis désormais votre contact, à l'adresse {email}.",),
        "contact_again": ("Vos messages vont toujours à l'ancienne adresse. Merci d'utiliser {email}.",),
        "contact_call": ("C'est bien de vérifier. Vous pouvez me joindre demain entre 9 et 12 heures.",),
        "statement_ask": ("Pouvez-vous nous envoyer un relevé pour {about}, avec les dates et les montants ?",),
        "statement_thanks": ("Merci. Nous le comparons avec nos livres et revenons vers vous.",),
        "credit_ask": ("Nous avons encore un avoir pour {about}. Quand sera-t-il remboursé ?",),
        "credit_again": ("Nous attendons toujours une réponse concernant notre avoir pour {about}.",),
        "credit_choice": ("Merci de rembourser, vous avez notre numéro de compte.",),
        "costs_object": ("Nous contestons les frais pour {about}. Nous n'avons jamais reçu de mise en demeure.",),
        "costs_still": ("Nous ne sommes pas d'accord. Nous payons le principal, mais pas les frais.",),
        "thanks": ("Très bien, pour nous c'est réglé.",),
    },
    clerks=("Émile Lambert", "Claire Dubois", "Nadia Laurent", "Luc Simon", "Hélène Collard", "Karim Dupont"),
)
